const { RDSDataClient, ExecuteStatementCommand } = require('@aws-sdk/client-rds-data');

exports.handler = async (event) => {
  const sql = `SELECT * FROM users WHERE name = '${event.queryStringParameters.name}'`;
  return client.send(new ExecuteStatementCommand({ resourceArn, secretArn, sql: sql })); // expect: js-aws-sql-injection
};

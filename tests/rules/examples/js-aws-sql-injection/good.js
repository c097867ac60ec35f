const { RDSDataClient, ExecuteStatementCommand } = require('@aws-sdk/client-rds-data');

exports.handler = async (event) => {
  const parameters = [{ name: 'name', value: { stringValue: event.queryStringParameters.name } }];
  const sql = 'SELECT * FROM users WHERE name = :name';
  return client.send(new ExecuteStatementCommand({ resourceArn, secretArn, sql: sql, parameters }));
};

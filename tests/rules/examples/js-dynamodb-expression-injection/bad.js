exports.handler = async (event) => {
  const { field } = event.queryStringParameters;
  return client.send(new ScanCommand({ TableName: 'items', FilterExpression: field + ' = :value' })); // expect: js-dynamodb-expression-injection
};

exports.handler = async (event) => {
  const { value } = event.queryStringParameters;
  const ExpressionAttributeValues = { ':value': value };
  return client.send(new ScanCommand({ TableName: 'items', FilterExpression: 'a = :value', ExpressionAttributeValues }));
};

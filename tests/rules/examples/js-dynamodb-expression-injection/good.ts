export const handler = async (event: APIGatewayProxyEvent) => {
  const body = JSON.parse(event.body!);
  const values = { ':v': body.value };
  return client.send(new UpdateCommand({ Key: key, UpdateExpression: 'SET a = :v', ExpressionAttributeValues: values }));
};

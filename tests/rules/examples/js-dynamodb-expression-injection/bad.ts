export const handler = async (event: APIGatewayProxyEvent) => {
  const body = JSON.parse(event.body!);
  return client.send(new UpdateCommand({ TableName: 'items', Key: key, UpdateExpression: `SET ${body.field} = :v` })); // expect: js-dynamodb-expression-injection
};

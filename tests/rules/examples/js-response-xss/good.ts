export const handler = async (event: APIGatewayProxyEvent) => {
  const name = event.queryStringParameters?.name;
  return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name }) };
};

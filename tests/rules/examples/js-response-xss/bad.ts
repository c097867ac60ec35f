export const handler = async (event: APIGatewayProxyEvent) => {
  const name = event.queryStringParameters?.name;
  return { statusCode: 200, headers: { 'Content-Type': 'text/html' }, body: `<h1>${name}</h1>` }; // expect: js-response-xss
};

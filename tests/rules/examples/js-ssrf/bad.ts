export const handler = async (event: APIGatewayProxyEvent) => {
  const { callback } = JSON.parse(event.body!);
  await fetch(callback, { method: 'POST' }); // expect: js-ssrf
  return { statusCode: 204 };
};

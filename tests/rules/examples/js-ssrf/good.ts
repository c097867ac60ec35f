export const handler = async (event: APIGatewayProxyEvent) => {
  const { id } = JSON.parse(event.body!);
  await fetch(`${process.env.API_URL}/callbacks/${id}`, { method: 'POST' });
  return { statusCode: 204 };
};

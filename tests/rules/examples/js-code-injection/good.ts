import type { APIGatewayProxyEvent } from 'aws-lambda';

export const handler = async (event: APIGatewayProxyEvent) => {
  const { left, right } = JSON.parse(event.body ?? '{}');
  return { statusCode: 200, body: String(Number(left) + Number(right)) };
};

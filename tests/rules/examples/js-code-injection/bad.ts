import type { APIGatewayProxyEvent } from 'aws-lambda';

export const handler = async (event: APIGatewayProxyEvent) => {
  const { expression } = JSON.parse(event.body ?? '{}');
  return { statusCode: 200, body: String(eval(expression)) }; // expect: js-code-injection
};

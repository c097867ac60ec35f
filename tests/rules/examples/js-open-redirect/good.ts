import { NextResponse } from 'next/server';

export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  const next = searchParams.get('page') === 'admin' ? '/admin' : '/';
  return NextResponse.redirect(next);
}

export const handler = async (event: APIGatewayProxyEvent) => {
  return { statusCode: 302, headers: { Location: `/items/${event.pathParameters.id}` } };
};

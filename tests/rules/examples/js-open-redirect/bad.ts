import { NextResponse } from 'next/server';

export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  return NextResponse.redirect(searchParams.get('returnTo')!); // expect: js-open-redirect
}

export const handler = async (event: APIGatewayProxyEvent) => {
  return { statusCode: 302, headers: { Location: event.queryStringParameters.url } }; // expect: js-open-redirect
};

import v8 from 'node:v8';

export async function POST(request: Request) {
  const text = await request.text();
  return Response.json(v8.deserialize(Buffer.from(text, 'base64'))); // expect: js-unsafe-deserialization
}

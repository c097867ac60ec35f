export async function GET(request: Request) {
  const q = new URL(request.url).searchParams.get('q');
  return Response.json(await Item.find({ name: new RegExp(`^${q}`) })); // expect: js-regex-injection
}

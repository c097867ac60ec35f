export async function GET(request: Request) {
  const language = new URL(request.url).searchParams.get('language');
  const texts = await import(`./texts/${language}`); // expect: js-dynamic-module
  return Response.json(texts);
}

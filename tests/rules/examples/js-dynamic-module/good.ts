const LANGUAGES = ['de', 'en'];

export async function GET(request: Request) {
  const language = new URL(request.url).searchParams.get('language') ?? 'en';
  if (!LANGUAGES.includes(language)) {
    return new Response(null, { status: 404 });
  }
  return Response.json(await import(`./texts/${language}`));
}

export async function POST(request: Request) {
  return Response.json(JSON.parse(await request.text()));
}

import { readFile } from 'fs/promises';

export async function GET(request: Request, { params }: Context) {
  const name = new URL(request.url).searchParams.get('name');
  const text = await readFile(`./content/${name}.md`, 'utf8'); // expect: js-path-traversal
  return new Response(text);
}

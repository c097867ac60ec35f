import { readFile } from 'fs/promises';
import { basename } from 'path';

export async function GET(request: Request) {
  const name = new URL(request.url).searchParams.get('name') ?? '';
  const text = await readFile(`./content/${basename(name)}.md`, 'utf8');
  return new Response(text);
}

import { execa } from 'execa';

export async function POST(request: Request) {
  const { branch } = await request.json();
  await execa('git', ['checkout', '--', branch]);
  return Response.json({});
}

import { execaCommand, execa } from 'execa';

export async function POST(request: Request) {
  const { branch } = await request.json();
  await execaCommand(`git checkout ${branch}`); // expect: js-shell-library-injection
  await execa('git', ['checkout', branch], { shell: true }); // expect: js-shell-library-injection
  return Response.json({});
}

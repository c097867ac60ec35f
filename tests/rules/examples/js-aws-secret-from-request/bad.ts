export async function POST(request: Request) {
  const { role } = await request.json();
  const login = await sts.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'web' })); // expect: js-aws-secret-from-request
  return Response.json(login.Credentials);
}

const ROLES: Record<string, string> = { reader: process.env.READER_ROLE! };
export async function POST(request: Request) {
  const { role } = await request.json();
  await sts.send(new AssumeRoleCommand({ RoleArn: ROLES[role], RoleSessionName: 'web' }));
  return Response.json({});
}

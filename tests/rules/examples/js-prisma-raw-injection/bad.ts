export async function POST(request: Request) {
  const { table } = await request.json();
  await prisma.$executeRawUnsafe('TRUNCATE ' + table); // expect: js-prisma-raw-injection
  return Response.json({});
}

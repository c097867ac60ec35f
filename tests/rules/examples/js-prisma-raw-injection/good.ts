export async function POST(request: Request) {
  const { id } = await request.json();
  await prisma.$executeRaw`DELETE FROM orders WHERE id = ${id}`;
  return Response.json({});
}

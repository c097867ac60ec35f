app.get('/orders', async (req, res) => {
  res.json(await prisma.$queryRaw`SELECT * FROM orders WHERE id = ${req.query.id}`);
  await prisma.$queryRawUnsafe('SELECT * FROM orders WHERE id = $1', req.query.id);
});

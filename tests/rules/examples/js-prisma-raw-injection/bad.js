app.get('/orders', async (req, res) => {
  res.json(await prisma.$queryRawUnsafe(`SELECT * FROM orders WHERE id = ${req.query.id}`)); // expect: js-prisma-raw-injection
});

app.get('/items', async (req, res) => {
  res.json(await items.find({ name: { $eq: String(req.query.name) } }).toArray());
  await items.find({ $where: 'this.a == this.b' }).toArray();
});

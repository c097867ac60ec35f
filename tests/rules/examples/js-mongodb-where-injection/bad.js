app.get('/items', async (req, res) => {
  res.json(await items.find({ $where: `this.name == '${req.query.name}'` }).toArray()); // expect: js-mongodb-where-injection
});

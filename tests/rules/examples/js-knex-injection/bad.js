app.get('/items', async (req, res) => {
  res.json(await knex('items').whereRaw(`price < ${req.query.price}`)); // expect: js-knex-injection
});

app.post('/login', async (req, res) => {
  const user = await User.findOne(req.body); // expect: js-mongodb-query-from-request
  res.json({ found: Boolean(user) });
});

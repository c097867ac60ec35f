app.post('/login', async (req, res) => {
  const user = await User.findOne({ name: String(req.body.name) });
  await User.findById(req.params.id);
  res.json({ found: Boolean(user) });
});

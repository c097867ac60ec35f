app.post('/users', async (req, res) => {
  const { name, mail } = req.body;
  const user = await User.create({ name, mail });
  await User.findByIdAndUpdate(req.params.id, { name });
  const parameters = new URLSearchParams(req.body);
});

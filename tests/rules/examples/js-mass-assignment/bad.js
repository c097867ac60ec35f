app.post('/users', async (req, res) => {
  const user = await User.create(req.body); // expect: js-mass-assignment
  await User.findByIdAndUpdate(req.params.id, req.body); // expect: js-mass-assignment
  await new Account(req.body).save(); // expect: js-mass-assignment
});

app.get('/users', async (req, res) => {
  const replacements = { name: req.query.name };
  const users = await sequelize.query('SELECT * FROM users WHERE name = :name', { replacements });
  res.json(await User.findAll({ where: { name: req.query.name }, users }));
});

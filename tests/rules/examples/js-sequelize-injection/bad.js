app.get('/users', async (req, res) => {
  const users = await sequelize.query(`SELECT * FROM users WHERE name = '${req.query.name}'`); // expect: js-sequelize-injection
  res.json(users);
});

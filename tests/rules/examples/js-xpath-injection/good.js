const xpath = require('xpath');

const query = xpath.parse('//user[@name=$name]');
app.get('/user', (req, res) => {
  res.json(query.select({ node: users, variables: { name: req.query.name } }));
});

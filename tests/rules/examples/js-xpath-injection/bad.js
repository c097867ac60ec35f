const xpath = require('xpath');

app.get('/user', (req, res) => {
  res.json(xpath.select(`//user[@name='${req.query.name}']`, users)); // expect: js-xpath-injection
});

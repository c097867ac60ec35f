const serialize = require('node-serialize');

app.get('/profile', (req, res) => {
  const profile = serialize.unserialize(req.cookies.profile); // expect: js-unsafe-deserialization
  res.json(profile);
});

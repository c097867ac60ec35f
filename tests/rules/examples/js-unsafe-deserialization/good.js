const serialize = require('node-serialize');

app.get('/profile', (req, res) => {
  const profile = JSON.parse(req.cookies.profile);
  res.send(serialize.serialize(profile));
});

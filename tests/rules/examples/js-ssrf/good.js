const http = require('http');

const HOSTS = { one: 'one.example.org', two: 'two.example.org' };
app.get('/proxy', async (req, res) => {
  await fetch(`https://api.example.org/items/${req.query.item}`);
  await fetch('https://api.example.org/search?q=' + encodeURIComponent(req.query.q));
  await fetch('https://api.example.org/', { method: 'POST', body: req.body });
  http.get({ host: HOSTS[req.query.host], path: '/' + req.query.path });
});

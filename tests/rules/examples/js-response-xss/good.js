const escapeHtml = require('escape-html');

app.get('/hello', (req, res) => {
  res.send('<h1>Hello ' + escapeHtml(req.query.name) + '</h1>');
  res.json({ name: req.query.name });
  res.send({ name: req.query.name });
  res.send(req.body);
  res.render('hello', { name: req.query.name });
});
router.get('/hello', async (ctx) => {
  ctx.body = { name: ctx.query.name };
});

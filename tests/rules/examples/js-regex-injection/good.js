app.get('/search', (req, res) => {
  const pattern = new RegExp(escapeStringRegexp(req.query.q), 'i');
  res.json(names.filter((name) => pattern.test(name) || name.includes(req.query.q)));
});

app.get('/search', (req, res) => {
  const pattern = new RegExp(req.query.q, 'i'); // expect: js-regex-injection
  res.json(names.filter((name) => pattern.test(name)));
});

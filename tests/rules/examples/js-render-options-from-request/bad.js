app.get('/hello', (req, res) => {
  res.render('hello', req.query); // expect: js-render-options-from-request
});

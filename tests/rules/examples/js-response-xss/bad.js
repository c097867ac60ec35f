app.get('/hello', (req, res) => {
  res.send('<h1>Hello ' + req.query.name + '</h1>'); // expect: js-response-xss
  res.status(404).send(`No page ${req.params.page}`); // expect: js-response-xss
});
router.get('/hello', async (ctx) => {
  ctx.body = `<p>${ctx.query.name}</p>`; // expect: js-response-xss
});

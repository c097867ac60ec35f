app.get('/login', (req, res) => {
  res.redirect(req.query.next); // expect: js-open-redirect
  res.redirect(302, req.query.next || '/'); // expect: js-open-redirect
  res.writeHead(302, { Location: req.query.next }); // expect: js-open-redirect
});
router.get('/out', async (ctx) => {
  ctx.redirect(ctx.query.url); // expect: js-open-redirect
});

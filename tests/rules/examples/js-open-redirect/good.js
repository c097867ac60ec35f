const OWN = 'https://shop.example.org';
app.get('/login', (req, res) => {
  const next = req.query.next;
  if (new URL(next, OWN).origin !== OWN) {
    return res.redirect('/');
  }
  res.redirect(next);
  res.redirect('/items/' + req.params.id);
  res.redirect(`/items/${req.params.id}?sort=name`);
  res.redirect(OWN + req.path);
});
router.get('/out', async (ctx) => {
  ctx.redirect('/search?q=' + encodeURIComponent(ctx.query.q));
});

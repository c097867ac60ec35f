app.get('/hello', (req, res) => {
  res.send(ejs.render('Hello ' + req.query.name)); // expect: js-template-injection
  const template = Handlebars.compile(req.body.template); // expect: js-template-injection
});

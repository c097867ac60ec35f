app.get('/hello', (req, res) => {
  const text = (ejs.render('Hello <%= name %>', { name: req.query.name }));
  const template = Handlebars.compile(source);
});

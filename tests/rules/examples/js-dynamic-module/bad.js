app.get('/report/:name', (req, res) => {
  const report = require('./reports/' + req.params.name); // expect: js-dynamic-module
  res.json(report.run());
});

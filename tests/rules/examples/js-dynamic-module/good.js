const REPORTS = { daily: './reports/daily', weekly: './reports/weekly' };
app.get('/report/:name', (req, res) => {
  const report = require(REPORTS[req.params.name] || './reports/daily');
  res.json(report.run());
});

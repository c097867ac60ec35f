const path = require('path');

app.get('/download', (req, res) => {
  res.download('./reports/' + req.query.file); // expect: js-sent-file-traversal
});
app.get('/image/:name', function (req, res) {
  res.status(200).sendFile(path.join(__dirname, 'images', req.params.name)); // expect: js-sent-file-traversal
});

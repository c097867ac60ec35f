const path = require('path');

app.get('/download', (req, res) => {
  res.download(req.query.file, { root: './reports' });
  res.sendFile(path.join(__dirname, 'index.html'));
});
app.get('/image/:name', (req, res) => {
  res.sendFile(path.join(__dirname, 'images', path.basename(req.params.name)));
});

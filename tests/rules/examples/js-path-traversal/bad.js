const fs = require('fs');
const path = require('path');

app.get('/files', (req, res) => {
  const file = path.join(__dirname, 'files', req.query.name);
  fs.readFile(file, (error, data) => res.send(data)); // expect: js-path-traversal
});
app.delete('/files/:name', async (req, res) => {
  await fs.promises.unlink('uploads/' + req.params.name); // expect: js-path-traversal
  res.end();
});

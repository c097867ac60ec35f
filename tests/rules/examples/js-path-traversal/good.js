const fs = require('fs');
const path = require('path');

const ROOT = path.resolve('files');
app.get('/files', (req, res) => {
  fs.readFile(path.join(ROOT, path.basename(req.query.name)), (error, data) => res.send(data));
});
app.delete('/files/:name', async (req, res) => {
  const file = path.resolve(ROOT, req.params.name);
  if (!file.startsWith(ROOT + path.sep)) {
    return res.status(404).end();
  }
  await fs.promises.unlink(file);
  fs.writeFileSync('last.txt', req.params.name);
  res.end();
});

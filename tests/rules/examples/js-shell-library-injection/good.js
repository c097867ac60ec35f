const shell = require('shelljs');
const execa = require('execa');

module.exports.archive = async (req, res) => {
  shell.exec('tar czf out.tgz data');
  shell.mkdir('-p', 'out');
  await execa('zip', ['out.zip', '--', req.query.folder]);
  res.end();
};

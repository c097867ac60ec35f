const shell = require('shelljs');
const execa = require('execa');

module.exports.archive = async (req, res) => {
  shell.exec('tar czf out.tgz ' + req.query.folder); // expect: js-shell-library-injection
  await execa.command(`zip out.zip ${req.query.folder}`); // expect: js-shell-library-injection
  res.end();
};

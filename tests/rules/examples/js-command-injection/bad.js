const express = require('express');
const { exec, spawn } = require('child_process');
const cp = require('node:child_process');

const app = express();
app.get('/ping', (req, res) => {
  exec(`ping -c 1 ${req.query.host}`, (error, out) => res.json({ out })); // expect: js-command-injection
});
app.post('/convert', async function (req, res) {
  const { name } = req.body;
  const command = 'convert ' + name + ' out.png';
  cp.execSync(command); // expect: js-command-injection
  spawn('sh', ['-c', `ls ${name}`]); // expect: js-command-injection
  spawn('convert', [name], { shell: true }); // expect: js-command-injection
  res.end();
});

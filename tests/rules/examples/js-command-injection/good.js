const express = require('express');
const { exec, execFile, spawn } = require('child_process');

const app = express();
const NAME = /^[a-z0-9.-]+$/;
app.get('/ping', (req, res) => {
  execFile('ping', ['-c', '1', '--', req.query.host], (error, out) => res.json({ out }));
  exec(`sleep ${Number(req.query.seconds)}`);
  const found = /^v(\d+)$/.exec(req.query.version);
  exec('uptime');
  res.json({ found });
});
app.post('/convert', (req, res) => {
  const { name } = req.body;
  if (!NAME.test(name)) {
    return res.status(400).end();
  }
  exec('convert ' + name);
  spawn('convert', [req.body.name], { shell: false });
  res.end();
});

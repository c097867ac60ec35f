const _ = require('lodash');

app.post('/settings', (req, res) => {
  _.defaultsDeep(settings, { color: req.body.color.length });
  settings[req.body.name] = 1;
  _.set(settings, 'color', req.body.color);
});

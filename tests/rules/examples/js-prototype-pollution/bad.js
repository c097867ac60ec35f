const _ = require('lodash');

app.post('/settings', (req, res) => {
  _.defaultsDeep(settings, req.body); // expect: js-prototype-pollution
  settings[req.body.section][req.body.name] = req.body.value; // expect: js-prototype-pollution
  _.set(settings, req.body.path, 1); // expect: js-prototype-pollution
});

const vm = require('vm');

exports.calculate = (req, res) => {
  const result = eval(req.query.formula); // expect: js-code-injection
  const twice = new Function('x', 'return ' + req.body.code); // expect: js-code-injection
  vm.runInNewContext(req.body.code, {}); // expect: js-code-injection
  setTimeout(req.query.callback, 100); // expect: js-code-injection
  res.json({ result, twice });
};

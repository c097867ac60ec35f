const vm = require('vm');

const OPERATIONS = { add: (a, b) => a + b };
exports.calculate = (req, res) => {
  const operation = OPERATIONS[req.query.operation];
  const data = JSON.parse(req.body);
  setTimeout(() => res.json(req.query), 100);
  setTimeout(finish, req.query.delay);
  vm.runInNewContext('1 + 1', { input: req.body });
  eval('1 + 1');
  res.json({ result: operation(data.a, data.b) });
};

const crypto = require('crypto');

app.post('/hook', (req, res) => {
  const expected = crypto.createHmac('sha256', secret).update(req.rawBody).digest('hex');
  if (req.headers['x-signature'] !== expected) return res.status(401).end(); // expect: js-signature-compared-with-equals
  res.end();
});

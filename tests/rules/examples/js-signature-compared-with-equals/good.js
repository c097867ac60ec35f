const crypto = require('crypto');

app.post('/hook', (req, res) => {
  const expected = crypto.createHmac('sha256', secret).update(req.rawBody).digest();
  const given = Buffer.from(req.headers['x-signature'], 'hex');
  if (!crypto.timingSafeEqual(given, expected)) return res.status(401).end();
  res.end();
});

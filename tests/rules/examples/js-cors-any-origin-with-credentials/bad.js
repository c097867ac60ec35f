const cors = require('cors');

app.use(cors({ origin: true, credentials: true })); // expect: js-cors-any-origin-with-credentials
app.use(cors({ origin: (origin, callback) => callback(null, true), credentials: true })); // expect: js-cors-any-origin-with-credentials
app.use((req, res, next) => {
  res.setHeader('Access-Control-Allow-Origin', req.headers.origin); // expect: js-cors-any-origin-with-credentials
  res.setHeader('Access-Control-Allow-Credentials', 'true');
  next();
});

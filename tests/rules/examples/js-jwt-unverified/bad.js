const jwt = require('jsonwebtoken');

function authenticate(req, res, next) {
  req.user = jwt.decode(req.headers.authorization); // expect: js-jwt-unverified
  next();
}
jwt.sign(claims, '', { algorithm: 'none' }); // expect: js-jwt-unverified

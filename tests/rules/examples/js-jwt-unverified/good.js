const jwt = require('jsonwebtoken');

function authenticate(req, res, next) {
  const header = jwt.decode(req.headers.authorization, { complete: true }).header;
  req.user = jwt.verify(req.headers.authorization, keys[header.kid], { algorithms: ['RS256'] });
  next();
}
const name = jwt.decode(own).sub;

const jwt = require('jsonwebtoken');

jwt.verify(token, key, { algorithms: ['HS256', 'none'] }); // expect: js-jwt-unverified
jwt.verify(token, null); // expect: js-jwt-unverified

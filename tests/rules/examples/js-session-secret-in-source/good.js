const session = require('express-session');
const jwt = require('jsonwebtoken');

app.use(session({ secret: process.env.SESSION_SECRET, resave: false }));
const token = jwt.sign({ name }, key, { algorithm: 'HS256' });

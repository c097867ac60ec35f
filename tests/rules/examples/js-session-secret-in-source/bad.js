const session = require('express-session');
const jwt = require('jsonwebtoken');

app.use(session({ secret: 'keyboard cat', resave: false })); // expect: js-session-secret-in-source
const token = jwt.sign({ name }, 'shhhhh'); // expect: js-session-secret-in-source

const session = require('express-session');

app.use(session({ secret: process.env.SECRET, cookie: { secure: true, maxAge: 3600000 } }));
app.use(session({ secret: process.env.SECRET, cookie: { secure: process.env.NODE_ENV === 'production' } }));

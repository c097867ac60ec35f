const session = require('express-session');

// expect-next: js-session-cookie-sent-in-clear
app.use(session({ secret: process.env.SECRET, cookie: { secure: false } }));
// expect-next: js-session-cookie-sent-in-clear
app.use(session({ secret: process.env.SECRET, cookie: { secure: true, httpOnly: false } }));

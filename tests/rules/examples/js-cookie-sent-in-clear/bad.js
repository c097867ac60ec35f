app.post('/login', (req, res) => {
  res.cookie('session', makeSession(req.body)); // expect: js-cookie-sent-in-clear
  res.cookie('token', makeToken(req.body), { httpOnly: false, secure: true }); // expect: js-cookie-sent-in-clear
  reply.setCookie('auth', value, { secure: false }); // expect: js-cookie-sent-in-clear
});

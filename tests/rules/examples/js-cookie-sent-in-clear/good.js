app.post('/login', (req, res) => {
  res.cookie('session', makeSession(req.body), { httpOnly: true, secure: true, sameSite: 'lax' });
  res.cookie('language', 'de');
  res.cookie('XSRF-TOKEN', req.csrfToken());
  res.cookie('token', makeToken(req.body), options);
});

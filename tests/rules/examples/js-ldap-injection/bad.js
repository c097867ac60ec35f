const ldap = require('ldapjs');

app.post('/login', (req, res) => {
  client.search('ou=people', { filter: `(uid=${req.body.user})` }, done); // expect: js-ldap-injection
});

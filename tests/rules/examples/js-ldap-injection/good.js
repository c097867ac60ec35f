const ldap = require('ldapjs');

app.post('/login', (req, res) => {
  const filter = new ldap.EqualityFilter({ attribute: 'uid', value: escapeFilter(req.body.user) });
  client.search('ou=people', { filter: filter }, done);
});

const http = require('http');

app.get('/proxy', async (req, res) => {
  const answer = await fetch(req.query.url); // expect: js-ssrf
  http.get('http://' + req.query.host + '/status', (found) => found.pipe(res)); // expect: js-ssrf
  http.request({ host: req.query.host, path: '/' }); // expect: js-ssrf
});

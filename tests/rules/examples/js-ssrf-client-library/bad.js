const axios = require('axios');
const got = require('got');

module.exports = async (req, res) => {
  const { data } = await axios.get(req.body.webhook); // expect: js-ssrf-client-library
  await axios({ method: 'post', url: req.body.webhook, data }); // expect: js-ssrf-client-library
  await got(`https://${req.query.shop}/admin/api`); // expect: js-ssrf-client-library
  res.json(data);
};

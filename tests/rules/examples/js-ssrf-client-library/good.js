const axios = require('axios');

const api = axios.create({ baseURL: 'https://api.example.org' });
module.exports = async (req, res) => {
  const { data } = await axios.get('https://api.example.org/items', { params: { q: req.query.q } });
  await axios.post('https://api.example.org/items', req.body);
  await api.get(`/items/${encodeURIComponent(req.query.id)}`);
  res.json(data);
};

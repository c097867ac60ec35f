const mysql = require('mysql2');
const pool = mysql.createPool({ host: 'db' });

app.get('/users', async (req, res) => {
  pool.query('SELECT * FROM users WHERE name = ?', [req.query.name], (error, rows) => res.json(rows));
  pool.query(`SELECT * FROM users WHERE name = ${pool.escape(req.query.name)}`);
  pool.query('SELECT * FROM users LIMIT ' + parseInt(req.query.limit, 10));
  await Promise.all(req.body.ids.map((id) => pool.query('DELETE FROM users WHERE id = ?', [id])));
});

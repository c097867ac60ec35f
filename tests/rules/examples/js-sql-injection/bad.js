const mysql = require('mysql2');
const pool = mysql.createPool({ host: 'db' });

app.get('/users', (req, res) => {
  pool.query("SELECT * FROM users WHERE name = '" + req.query.name + "'", (error, rows) => res.json(rows)); // expect: js-sql-injection
});
app.get('/items/:id', async (req, res) => {
  const sql = `SELECT * FROM items WHERE id = ${req.params.id}`;
  const [rows] = await pool.promise().execute(sql); // expect: js-sql-injection
  res.json(rows);
});

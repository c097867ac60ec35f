router.get('/items', async (ctx: Context) => {
  const rows = await knex.raw('SELECT * FROM items ORDER BY ' + ctx.query.sort); // expect: js-knex-injection
  ctx.body = rows;
});

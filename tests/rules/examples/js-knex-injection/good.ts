router.get('/items', async (ctx: Context) => {
  ctx.body = await knex.raw('SELECT * FROM items ORDER BY ??', [ctx.query.sort]);
});

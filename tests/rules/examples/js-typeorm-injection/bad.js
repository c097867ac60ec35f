app.get('/posts', async (req, res) => {
  const posts = repository.createQueryBuilder('post');
  posts.where(`post.title = '${req.query.title}'`); // expect: js-typeorm-injection
  res.json(await posts.getMany());
});

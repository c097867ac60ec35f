app.get('/posts', async (req, res) => {
  const posts = repository.createQueryBuilder('post');
  posts.where('post.title = :title', { title: req.query.title });
  res.json(await posts.getMany());
});

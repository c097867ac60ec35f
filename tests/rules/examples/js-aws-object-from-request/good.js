app.get('/files', async (req, res) => {
  const key = await files.lookUp(req.user);
  const file = await s3.send(new GetObjectCommand({ Bucket: 'uploads', Key: key }));
  file.Body.pipe(res);
});

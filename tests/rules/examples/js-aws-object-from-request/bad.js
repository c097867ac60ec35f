app.get('/files', async (req, res) => {
  const file = await s3.send(new GetObjectCommand({ Bucket: 'uploads', Key: req.query.key })); // expect: js-aws-object-from-request
  file.Body.pipe(res);
});

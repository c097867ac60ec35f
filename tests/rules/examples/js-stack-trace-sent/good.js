app.use((err, req, res, next) => {
  console.error(err.stack);
  res.status(500).json({ message: 'internal error', stack: process.env.NODE_ENV === 'production' ? '' : err.stack });
});

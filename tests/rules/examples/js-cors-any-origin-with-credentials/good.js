const cors = require('cors');

app.use(cors({ origin: ['https://shop.example.org'], credentials: true }));
app.use(cors({ origin: true }));
app.use(cors());
app.use((req, res, next) => {
  res.setHeader('Access-Control-Allow-Origin', '*');
  next();
});

const fs = require('fs');

fs.chmodSync('data', 0o750);
fs.mkdirSync('uploads', { recursive: true });

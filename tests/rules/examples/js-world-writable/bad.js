const fs = require('fs');

fs.chmodSync('data', 0o777); // expect: js-world-writable
fs.mkdirSync('uploads', { recursive: true, mode: 0o777 }); // expect: js-world-writable

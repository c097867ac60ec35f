const fs = require('fs');
const https = require('https');

const agent = new https.Agent({ ca: fs.readFileSync('ca.pem'), rejectUnauthorized: true });
const server = https.createServer({ requestCert: true, rejectUnauthorized: false }, handle);
https.request('https://example.org', { agent });

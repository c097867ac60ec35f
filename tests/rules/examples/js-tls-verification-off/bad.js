const https = require('https');

const agent = new https.Agent({ rejectUnauthorized: false }); // expect: js-tls-verification-off
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // expect: js-tls-verification-off
https.request('https://example.org', { agent, checkServerIdentity: () => undefined }); // expect: js-tls-verification-off

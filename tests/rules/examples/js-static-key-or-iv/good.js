const crypto = require('crypto');

const iv = crypto.randomBytes(16);
const first = crypto.createCipheriv('aes-256-cbc', key, iv);
const second = crypto.createDecipheriv('aes-256-cbc', key, Buffer.from(stored, 'hex'));

const crypto = require('crypto');

const first = crypto.createCipheriv('aes-256-cbc', key, Buffer.alloc(16, 0)); // expect: js-static-key-or-iv
const second = crypto.createCipheriv('aes-256-cbc', 'sixteen letters!sixteen letters!', iv); // expect: js-static-key-or-iv

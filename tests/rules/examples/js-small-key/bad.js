const { generateKeyPairSync } = require('crypto');

generateKeyPairSync('rsa', { modulusLength: 1024 }); // expect: js-small-key

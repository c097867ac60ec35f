const { generateKeyPairSync } = require('crypto');

generateKeyPairSync('rsa', { modulusLength: 3072 });

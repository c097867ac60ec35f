const bcrypt = require('bcrypt');
const crypto = require('crypto');

bcrypt.hash(password, 4); // expect: js-password-hash-low-cost
crypto.pbkdf2Sync(password, salt, 1000, 64, 'sha512'); // expect: js-password-hash-low-cost

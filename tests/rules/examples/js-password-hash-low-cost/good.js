const bcrypt = require('bcrypt');
const crypto = require('crypto');

bcrypt.hash(password, 12);
crypto.pbkdf2Sync(password, salt, 210000, 64, 'sha512');

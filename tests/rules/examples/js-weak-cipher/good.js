const crypto = require('crypto');
const CryptoJS = require('crypto-js');

crypto.createCipheriv('aes-256-gcm', key, crypto.randomBytes(12));
crypto.createDecipheriv('des-ede3-cbc', key, iv);
CryptoJS.AES.encrypt(text, key);
factory.createCipher(options, name);

const crypto = require('crypto');
const CryptoJS = require('crypto-js');

crypto.createCipheriv('des-ede3-cbc', key, iv); // expect: js-weak-cipher
crypto.createCipheriv('aes-128-ecb', key, null); // expect: js-weak-cipher
crypto.createCipher('aes192', 'password'); // expect: js-weak-cipher
CryptoJS.TripleDES.encrypt(text, key); // expect: js-weak-cipher

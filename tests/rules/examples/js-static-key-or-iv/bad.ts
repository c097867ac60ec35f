import crypto from 'node:crypto';

export const start = (key: Buffer) => crypto.createCipheriv('aes-128-cbc', key, '1234567890123456'); // expect: js-static-key-or-iv

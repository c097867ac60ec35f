import crypto from 'node:crypto';

export const start = (key: Buffer) => crypto.createCipheriv('aes-256-gcm', key, crypto.randomBytes(12));

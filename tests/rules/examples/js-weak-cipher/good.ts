import { createCipheriv, randomBytes } from 'node:crypto';

export const encrypt = (text: string, key: Buffer) => createCipheriv('aes-256-gcm', key, randomBytes(12)).update(text);

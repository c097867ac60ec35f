import { createCipheriv } from 'node:crypto';

export const encrypt = (text: string, key: Buffer) => createCipheriv('rc4', key, null).update(text); // expect: js-weak-cipher

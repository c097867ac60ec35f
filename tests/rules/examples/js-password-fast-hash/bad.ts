import { createHash } from 'node:crypto';

export const hash = (password: string) => createHash('md5').update(password).digest('hex'); // expect: js-password-fast-hash

import { scryptSync } from 'node:crypto';

export const hash = (password: string, salt: Buffer) => scryptSync(password, salt, 64);

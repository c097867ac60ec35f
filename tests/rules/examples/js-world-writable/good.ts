import fs from 'node:fs';

export const share = (file: string) => fs.chmodSync(file, 0o644);

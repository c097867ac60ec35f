import fs from 'node:fs';

export const share = (file: string) => fs.chmodSync(file, '666'); // expect: js-world-writable

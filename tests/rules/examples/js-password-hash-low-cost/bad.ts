import bcrypt from 'bcryptjs';

export const makeSalt = () => bcrypt.genSaltSync(5); // expect: js-password-hash-low-cost

import bcrypt from 'bcryptjs';

export const makeSalt = () => bcrypt.genSaltSync(12);

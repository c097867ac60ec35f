import { jwtVerify } from 'jose';
import { NextFunction, Request, Response } from 'express';

export const authenticate = async (req: Request, res: Response, next: NextFunction) => {
  const { payload } = await jwtVerify(req.cookies.session, key, { algorithms: ['ES256'] });
  req.user = payload;
  next();
};

import { jwtDecode } from 'jwt-decode';
import { NextFunction, Request, Response } from 'express';

export const authenticate = (req: Request, res: Response, next: NextFunction) => {
  req.user = jwtDecode(req.cookies.session); // expect: js-jwt-unverified
  next();
};

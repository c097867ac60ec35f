export const onError = (error: Error, req: Request, res: Response) => {
  res.json({ message: 'internal error' });
};

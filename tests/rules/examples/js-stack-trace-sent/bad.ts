export const onError = (error: Error, req: Request, res: Response) => {
  res.json({ message: error.message, stack: error.stack }); // expect: js-stack-trace-sent
};

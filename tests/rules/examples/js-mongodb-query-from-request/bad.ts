export const search = async (req: Request, res: Response) => {
  res.json(await Item.find(req.body.filter)); // expect: js-mongodb-query-from-request
};

export const search = async (req: Request, res: Response) => {
  res.json(await Item.find({ kind: String(req.body.kind) }));
};

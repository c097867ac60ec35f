export const create = async (req: Request, res: Response) => {
  res.json(await prisma.user.create({ data: { name: req.body.name } }));
};

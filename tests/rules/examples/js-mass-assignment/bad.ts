export const create = async (req: Request, res: Response) => {
  res.json(await prisma.user.create({ data: req.body })); // expect: js-mass-assignment
};

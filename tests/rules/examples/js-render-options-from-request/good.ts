export const show = (req: Request, res: Response) => res.render('show', { title: req.body.title });

export const show = (req: Request, res: Response) => res.render('show', req.body); // expect: js-render-options-from-request

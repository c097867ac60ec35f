export const environment = new nunjucks.Environment(loader, { autoescape: true });

export const environment = new nunjucks.Environment(loader, { autoescape: false }); // expect: js-template-autoescape-off

nunjucks.configure('views', { autoescape: false, express: app }); // expect: js-template-autoescape-off
const template = Handlebars.compile(source, { noEscape: true }); // expect: js-template-autoescape-off

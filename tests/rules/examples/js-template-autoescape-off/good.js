nunjucks.configure('views', { autoescape: true, express: app });
const template = Handlebars.compile(source);

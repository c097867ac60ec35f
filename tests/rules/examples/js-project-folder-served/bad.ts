import fastifyStatic from '@fastify/static';

app.register(fastifyStatic, { root: __dirname }); // expect: js-project-folder-served

import fastifyStatic from '@fastify/static';

app.register(fastifyStatic, { root: join(__dirname, 'public') });

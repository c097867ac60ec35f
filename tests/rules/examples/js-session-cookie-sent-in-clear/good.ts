import fastifySession from '@fastify/session';

app.register(fastifySession, { secret: process.env.SECRET!, cookie: { secure: true } });

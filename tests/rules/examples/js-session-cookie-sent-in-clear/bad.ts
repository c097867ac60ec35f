import fastifySession from '@fastify/session';

app.register(fastifySession, { secret: process.env.SECRET!, cookie: { secure: false } }); // expect: js-session-cookie-sent-in-clear

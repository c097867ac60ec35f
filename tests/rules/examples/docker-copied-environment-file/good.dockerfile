FROM node:22
COPY .env.example /app/.env.example
COPY env.js .envrc.sample /app/
COPY . /app

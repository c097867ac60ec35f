FROM node:22
# expect-next: docker-copied-environment-file
COPY .env /app/.env
# expect-next: docker-copied-environment-file
COPY package.json config/.env.production /app/

FROM debian:12
ARG NPM_TOKEN
ENV DB_PASSWORD=$DB_PASSWORD
ENV DB_PASSWORD_FILE=/run/secrets/db SECRET_NAME=app/db TOKEN_URL=https://auth.example.com/token
ENV MYSQL_ALLOW_EMPTY_PASSWORD=true
ENV SECRET_KEY="<set at start>" OLDPWD=/srv
# ENV DB_PASSWORD=not-a-real-password
RUN --mount=type=secret,id=token TOKEN=$(cat /run/secrets/token) make

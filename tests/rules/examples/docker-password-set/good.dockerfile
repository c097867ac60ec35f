FROM debian:12
RUN --mount=type=secret,id=password echo "app:$(cat /run/secrets/password)" | chpasswd
RUN echo "app:$PASSWORD" | chpasswd && useradd --no-create-home worker

FROM debian:12
COPY id_rsa.pub /root/.ssh/authorized_keys
COPY .npmrc.example known_hosts /root/
COPY src/credentials.py /app/credentials.py
RUN --mount=type=secret,id=netrc,target=/root/.netrc make

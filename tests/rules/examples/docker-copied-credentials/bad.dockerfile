FROM debian:12
# expect-next: docker-copied-credentials
COPY id_rsa /root/.ssh/id_rsa
# expect-next: docker-copied-credentials
COPY --chown=app keys/id_ed25519 /home/app/.ssh/
# expect-next: docker-copied-credentials
ADD .aws/credentials /root/.aws/credentials
# expect-next: docker-copied-credentials
COPY .netrc /root/.netrc

FROM debian:12
# expect-next: docker-root-user
USER 0:0

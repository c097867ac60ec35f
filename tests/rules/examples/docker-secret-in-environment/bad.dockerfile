FROM debian:12
# expect-next: docker-secret-in-environment
ENV DB_PASSWORD=not-a-real-password
# expect-next: docker-secret-in-environment
ENV API_TOKEN not-a-real-token
# expect-next: docker-secret-in-environment
ARG NPM_TOKEN=not-a-real-token

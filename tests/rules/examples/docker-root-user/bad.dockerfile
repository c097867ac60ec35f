FROM debian:12 AS build
USER root
RUN make

FROM debian:12
USER app
RUN make test
# expect-next: docker-root-user
USER root
CMD ["/usr/bin/tool"]

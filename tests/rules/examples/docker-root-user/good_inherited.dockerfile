FROM debian:12 AS build
USER root
RUN make

FROM scratch
COPY --from=build /tool /tool

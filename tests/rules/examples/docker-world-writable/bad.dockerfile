FROM debian:12
# expect-next: docker-world-writable
RUN chmod 777 /srv
# expect-next: docker-world-writable
RUN mkdir /srv/a && chmod -R 0777 /srv/a
# expect-next: docker-world-writable
RUN chmod a+rwx /srv/b
# expect-next: docker-world-writable
COPY --chmod=777 tool /usr/bin/tool

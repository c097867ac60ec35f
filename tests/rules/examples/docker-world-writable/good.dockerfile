FROM debian:12
RUN chmod 755 /srv && chmod +x /srv/tool && chmod a+rx /srv/tool
RUN chmod 1777 /tmp
RUN chmod -R g+w /srv/shared
COPY --chmod=755 tool /usr/bin/tool

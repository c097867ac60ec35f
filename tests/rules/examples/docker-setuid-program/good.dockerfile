FROM debian:12
RUN chmod 755 /usr/local/bin/helper && chmod 1777 /tmp && chmod 0755 /srv
RUN find / -perm /6000 -type f -exec chmod a-s {} +
RUN chmod a+x /usr/local/bin/helper

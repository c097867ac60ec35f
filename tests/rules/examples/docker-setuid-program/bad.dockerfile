FROM debian:12
# expect-next: docker-setuid-program
RUN chmod u+s /usr/local/bin/helper
# expect-next: docker-setuid-program
RUN cp helper /usr/bin/ && chmod 4755 /usr/bin/helper

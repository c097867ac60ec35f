FROM debian:12
# expect-next: docker-program-not-verified
RUN wget https://downloads.example.com/tool && chmod +x tool && ./tool
RUN apt-get update \
    # expect-next: docker-program-not-verified
    && curl -fsSL -o /usr/local/bin/tool https://downloads.example.com/tool \
    && chmod 755 /usr/local/bin/tool

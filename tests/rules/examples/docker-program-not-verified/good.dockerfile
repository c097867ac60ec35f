FROM debian:12
RUN curl -fsSL -o /usr/local/bin/tool https://downloads.example.com/tool \
    && echo "$DIGEST  /usr/local/bin/tool" | sha256sum --check \
    && chmod 755 /usr/local/bin/tool
RUN curl -fsSL -o data.json https://downloads.example.com/data.json
COPY start.sh /start.sh
RUN chmod +x /start.sh

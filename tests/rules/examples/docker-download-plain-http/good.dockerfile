FROM debian:12
RUN curl -fsSL https://downloads.example.com/tool.tar.gz | tar xz
RUN wget http://downloads.example.com/agent.deb \
    && echo "$DIGEST  agent.deb" | sha256sum --check \
    && dpkg -i agent.deb
RUN service web start && curl http://localhost:8080/health
RUN curl http://registry:5000/v2/
# curl http://downloads.example.com/tool
CMD curl http://status.example.com/started

FROM debian:12
# expect-next: docker-download-plain-http
RUN curl -fsSL http://downloads.example.com/tool.tar.gz | tar xz
RUN apt-get update && apt-get install -y wget \
    # expect-next: docker-download-plain-http
    && wget -q "http://downloads.example.com/agent.deb" \
    && dpkg -i agent.deb
# expect-next: docker-download-plain-http
RUN pip install http://downloads.example.com/package.whl

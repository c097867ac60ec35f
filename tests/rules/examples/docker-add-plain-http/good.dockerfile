FROM debian:12
ADD https://files.example.com/tool.tar.gz /opt/
ADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 http://files.example.com/a /opt/
ADD tool.tar.gz /opt/
# ADD http://files.example.com/tool.tar.gz /opt/

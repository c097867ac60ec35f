FROM debian:12
# expect-next: docker-add-plain-http
ADD http://files.example.com/tool.tar.gz /opt/
# expect-next: docker-add-plain-http
ADD --chown=app http://files.example.com/tool.tar.gz /opt/

FROM debian:12
# expect-next: docker-download-without-tls-check
RUN curl -k https://files.example.com/tool -o tool
# expect-next: docker-download-without-tls-check
RUN curl -fsSLk https://files.example.com/tool -o tool
# expect-next: docker-download-without-tls-check
RUN curl -o tool https://files.example.com/tool --insecure
# expect-next: docker-download-without-tls-check
RUN wget --no-check-certificate https://files.example.com/tool
# expect-next: docker-download-without-tls-check
RUN git config --global http.sslVerify false
# expect-next: docker-download-without-tls-check
RUN GIT_SSL_NO_VERIFY=1 git clone https://git.example.com/tool.git
# expect-next: docker-download-without-tls-check
CMD ["sh", "-c", "curl -k https://get.example.com/data -o /data && exec app"]

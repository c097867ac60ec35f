FROM debian:12
RUN curl -fsSL https://files.example.com/tool -o tool
RUN curl -fsSL https://files.example.com/a-k -o tool && tar -k -xf tool
RUN curl --keepalive-time 5 --cacert /etc/ssl/ca.pem https://files.example.com/tool -o tool
RUN wget https://files.example.com/tool
RUN git config --global http.sslVerify true

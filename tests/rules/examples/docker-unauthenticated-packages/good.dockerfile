FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends tool
RUN echo "deb [signed-by=/usr/share/keyrings/a.gpg] https://deb.example.com stable main" > /etc/apt/sources.list.d/a.list
RUN yum install -y tool
RUN apk add --no-cache tool

FROM debian:12
# expect-next: docker-unauthenticated-packages
RUN apt-get install -y --allow-unauthenticated tool
# expect-next: docker-unauthenticated-packages
RUN echo "deb [arch=amd64 trusted=yes] https://deb.example.com stable main" > /etc/apt/sources.list.d/example.list
# expect-next: docker-unauthenticated-packages
RUN yum install -y --nogpgcheck tool
# expect-next: docker-unauthenticated-packages
RUN apk add --allow-untrusted tool.apk

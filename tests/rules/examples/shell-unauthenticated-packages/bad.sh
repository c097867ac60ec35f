apt-get install -y --allow-unauthenticated tool  # expect: shell-unauthenticated-packages
sudo yum install -y --nogpgcheck https://example.com/tool.rpm  # expect: shell-unauthenticated-packages
apk add --allow-untrusted tool.apk  # expect: shell-unauthenticated-packages

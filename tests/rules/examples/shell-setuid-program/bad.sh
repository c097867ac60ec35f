chmod u+s /usr/local/bin/tool  # expect: shell-setuid-program
chmod 4755 /usr/local/bin/tool  # expect: shell-setuid-program

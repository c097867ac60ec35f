wget http://example.com/agent.sh -O /tmp/agent.sh  # expect: shell-plain-http-file-run
sh /tmp/agent.sh
curl -o tool http://example.com/tool  # expect: shell-plain-http-file-run
chmod 755 tool

ssh-keyscan -f known_hosts.txt > /dev/null
ssh -o StrictHostKeyChecking=accept-new deploy@example.com uptime
ssh -o StrictHostKeyChecking=yes -o UserKnownHostsFile=known_hosts deploy@example.com uptime

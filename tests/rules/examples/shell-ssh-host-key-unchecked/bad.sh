ssh -o StrictHostKeyChecking=no deploy@example.com uptime  # expect: shell-ssh-host-key-unchecked
scp -q -oStrictHostKeyChecking=no app.tgz deploy@example.com:  # expect: shell-ssh-host-key-unchecked
rsync -e "ssh -o StrictHostKeyChecking=no" -a site/ example.com:  # expect: shell-ssh-host-key-unchecked

echo "app ALL=(root) NOPASSWD: /usr/bin/systemctl restart app" > /etc/sudoers.d/app

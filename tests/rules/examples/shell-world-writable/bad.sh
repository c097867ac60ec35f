chmod 777 /srv/app  # expect: shell-world-writable
chmod -R a+rwX /srv/data  # expect: shell-world-writable
sudo chmod -R 0666 /etc/app.conf  # expect: shell-world-writable
mkdir -m 777 /srv/shared  # expect: shell-world-writable

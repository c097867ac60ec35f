chmod 0755 /usr/local/bin/tool
chmod 2775 /srv/shared
chmod 1777 /srv/tmp
setcap cap_net_bind_service=+ep /usr/local/bin/tool

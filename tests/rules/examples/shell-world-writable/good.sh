chmod 755 /srv/app
chmod 1777 /tmp
chmod +x run.sh
chmod u+w,g+w file
chmod g+rw /srv/data

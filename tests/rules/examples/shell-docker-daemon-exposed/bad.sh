dockerd -H tcp://0.0.0.0:2375 &  # expect: shell-docker-daemon-exposed
sudo dockerd --host=tcp://:2375  # expect: shell-docker-daemon-exposed

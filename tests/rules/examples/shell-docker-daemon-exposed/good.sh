dockerd -H unix:///var/run/docker.sock &
dockerd -H tcp://127.0.0.1:2375
dockerd --tlsverify --tlscacert=ca.pem -H tcp://0.0.0.0:2376

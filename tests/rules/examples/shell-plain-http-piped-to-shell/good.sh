curl https://get.example.com/install.sh | sh
curl http://localhost:8080/env.sh | sh
curl http://get.example.com/list | sort

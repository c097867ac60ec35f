jupyter lab --ip=127.0.0.1 --ServerApp.token=''
jupyter lab --ip=0.0.0.0
redis-server --protected-mode no --bind 127.0.0.1

jupyter lab --ip=0.0.0.0 --ServerApp.token=''  # expect: shell-service-without-login
redis-server --protected-mode no  # expect: shell-service-without-login

curl -u "app:$PASSWORD" https://api.example.com/v1
curl -u "app:$PASSWORD" http://localhost:8080/v1
curl http://api.example.com/v1

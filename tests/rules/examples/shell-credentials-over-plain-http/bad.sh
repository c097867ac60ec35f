curl -u "app:$PASSWORD" http://api.example.com/v1  # expect: shell-credentials-over-plain-http
curl -H "Authorization: Bearer $TOKEN" http://api.example.com/v1  # expect: shell-credentials-over-plain-http

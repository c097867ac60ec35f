docker login -u ci -p "$REGISTRY_PASSWORD" registry.example.com  # expect: shell-secret-as-argument
mysql -u app -p"$DB_PASSWORD" -e 'select 1'  # expect: shell-secret-as-argument
curl -H "Authorization: Bearer $API_TOKEN" https://example.com  # expect: shell-secret-as-argument

echo "$REGISTRY_PASSWORD" | docker login -u ci --password-stdin registry.example.com
MYSQL_PWD="$DB_PASSWORD" mysql -u app -e 'select 1'
curl -H @headers.txt https://example.com
mkdir -p "$TOKEN_FOLDER"

echo "the password has ${#DB_PASSWORD} characters"
echo "machine example.com password $DB_PASSWORD" > ~/.netrc
echo "password=$DB_PASSWORD" | load
echo "$API_TOKEN"
echo "::add-mask::$API_TOKEN"

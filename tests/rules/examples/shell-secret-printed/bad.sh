echo "the password is $DB_PASSWORD"  # expect: shell-secret-printed
printf 'token: %s\n' "$API_TOKEN" >&2  # expect: shell-secret-printed

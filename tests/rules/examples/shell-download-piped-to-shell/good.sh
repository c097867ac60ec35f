#!/bin/sh
curl -fsSLo install.sh https://get.example.com/v1.2/install.sh
echo "$DIGEST  install.sh" | sha256sum --check
sh install.sh
curl -s https://api.example.com/version | jq -r .tag_name
curl -s https://api.example.com/version | python3 -c 'import json, sys; print(json.load(sys.stdin)["tag"])'
version=$(curl -s https://api.example.com/version)
echo "curl https://get.example.com/install.sh | sh"
cat local.sh | bash

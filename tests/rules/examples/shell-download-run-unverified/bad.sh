curl -fsSLo /usr/local/bin/tool https://example.com/tool  # expect: shell-download-run-unverified
chmod +x /usr/local/bin/tool
wget https://example.com/bootstrap.sh  # expect: shell-download-run-unverified
bash ./bootstrap.sh
curl -fsSL https://example.com/lib.sh > lib.sh  # expect: shell-download-run-unverified
. ./lib.sh

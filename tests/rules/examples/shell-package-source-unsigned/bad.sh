echo "deb [trusted=yes] https://example.com/apt stable main" > /etc/apt/sources.list.d/example.list  # expect: shell-package-source-unsigned
# expect-next: shell-package-source-unsigned
cat > /etc/apt/sources.list.d/other.list <<EOF
deb [arch=amd64 trusted=yes] https://example.com/apt stable main
EOF

curl -fsSLo tool https://example.com/tool
sha256sum --check tool.sha256
chmod +x tool
./tool

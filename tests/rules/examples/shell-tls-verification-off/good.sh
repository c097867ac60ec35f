curl --cacert ca.pem https://example.com/x
curl -fsSL -o k https://example.com/k
curl -k https://localhost:8443/health
git config --global http.sslCAInfo ca.pem
pip install --trusted-host localhost tool
echo "use curl -k to skip the check"
# curl -k https://example.com

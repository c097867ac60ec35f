curl -k https://example.com/x  # expect: shell-tls-verification-off
curl -fsSLk "$URL" -o file  # expect: shell-tls-verification-off
wget --no-check-certificate https://example.com/x  # expect: shell-tls-verification-off
git -c http.sslVerify=false clone https://example.com/x.git  # expect: shell-tls-verification-off
git config --global http.sslVerify false  # expect: shell-tls-verification-off
pip install --trusted-host pypi.example.com tool  # expect: shell-tls-verification-off
npm config set strict-ssl false  # expect: shell-tls-verification-off
aws s3 ls --no-verify-ssl  # expect: shell-tls-verification-off
kubectl --insecure-skip-tls-verify=true get pods  # expect: shell-tls-verification-off

export NODE_TLS_REJECT_UNAUTHORIZED=0  # expect: shell-tls-verification-off-by-variable
GIT_SSL_NO_VERIFY=true git fetch  # expect: shell-tls-verification-off-by-variable
env PYTHONHTTPSVERIFY=0 python3 load.py  # expect: shell-tls-verification-off-by-variable

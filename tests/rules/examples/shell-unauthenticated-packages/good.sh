curl -fsSL https://example.com/key.asc -o /etc/apt/keyrings/example.asc
apt-get install -y tool
rpm --import https://example.com/key.asc
yum install -y tool

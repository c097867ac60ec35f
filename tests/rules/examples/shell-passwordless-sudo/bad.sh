echo "deploy ALL=(ALL) NOPASSWD:ALL" >> /etc/sudoers  # expect: shell-passwordless-sudo
# expect-next: shell-passwordless-sudo
cat > /etc/sudoers.d/app <<EOF
app ALL=(ALL) NOPASSWD: ALL
EOF

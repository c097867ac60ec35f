FROM debian:12
# expect-next: docker-passwordless-sudo
RUN useradd app && echo "app ALL=(ALL) NOPASSWD:ALL" >> /etc/sudoers

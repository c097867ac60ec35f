docker run --privileged image  # expect: shell-privileged-container
sudo docker run --rm -v /:/host image  # expect: shell-privileged-container
podman run --cap-add SYS_ADMIN image  # expect: shell-privileged-container
docker run --pid=host image  # expect: shell-privileged-container

FROM debian:12
# expect-next: docker-password-set
RUN echo 'root:not-a-real-password' | chpasswd
RUN useradd app && \
# expect-next: docker-password-set
    echo "app:not-a-real-password" | chpasswd

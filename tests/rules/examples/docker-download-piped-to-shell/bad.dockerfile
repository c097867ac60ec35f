FROM debian:12
# expect-next: docker-download-piped-to-shell
RUN curl -fsSL https://get.example.com/install.sh | sh
# expect-next: docker-download-piped-to-shell
RUN wget -qO- https://get.example.com/install.sh | sudo -E bash -
# expect-next: docker-download-piped-to-shell
RUN bash -c "$(curl -fsSL https://get.example.com/install.sh)"
RUN apt-get update && \
# expect-next: docker-download-piped-to-shell
    curl -sSL https://get.example.com/poetry.py \
    | python3 -
# expect-next: docker-download-piped-to-shell
RUN bash <(curl -s https://get.example.com/install.sh)
# expect-next: docker-download-piped-to-shell
ENTRYPOINT ["sh", "-c", "curl -s https://get.example.com/install.sh | sh"]

FROM debian:12
ENV MODE=production \
    SECRET_KEY="not-a-real-key" \
    LEVEL=info API_TOKEN=not-a-real-token DB_PASSWORD='not a real password'
RUN make

FROM python:3.12
RUN pip install --cert /etc/ssl/ca.pem --index-url https://pypi.example.com/simple tool
RUN npm config set cafile /etc/ssl/ca.pem && npm config set strict-ssl true
ENV NODE_TLS_REJECT_UNAUTHORIZED=1
RUN pip install --trusted-host localhost tool

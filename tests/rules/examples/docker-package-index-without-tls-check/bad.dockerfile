FROM python:3.12
# expect-next: docker-package-index-without-tls-check
RUN pip install --trusted-host pypi.example.com tool
# expect-next: docker-package-index-without-tls-check
RUN pip config set global.trusted-host pypi.example.com
# expect-next: docker-package-index-without-tls-check
ENV PIP_TRUSTED_HOST=pypi.example.com
# expect-next: docker-package-index-without-tls-check
RUN npm config set strict-ssl false
# expect-next: docker-package-index-without-tls-check
ENV NODE_TLS_REJECT_UNAUTHORIZED=0

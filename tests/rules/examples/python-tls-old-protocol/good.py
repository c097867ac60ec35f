"""Current protocol versions."""

import ssl

from OpenSSL import SSL

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.minimum_version = ssl.TLSVersion.TLSv1_2
SSL.Context(SSL.TLS_METHOD)

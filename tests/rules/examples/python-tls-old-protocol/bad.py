"""Protocol versions with known attacks."""

import ssl

from OpenSSL import SSL

context = ssl.SSLContext(ssl.PROTOCOL_TLSv1)  # expect: python-tls-old-protocol
context = ssl.SSLContext(protocol=ssl.PROTOCOL_SSLv3)  # expect: python-tls-old-protocol
context.minimum_version = ssl.TLSVersion.TLSv1_1  # expect: python-tls-old-protocol
SSL.Context(SSL.TLSv1_METHOD)  # expect: python-tls-old-protocol

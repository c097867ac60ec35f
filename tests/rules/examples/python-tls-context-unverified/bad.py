"""TLS contexts that accept any certificate."""

import ssl

context = ssl._create_unverified_context()  # expect: python-tls-context-unverified
ssl._create_default_https_context = ssl._create_unverified_context  # expect: python-tls-context-unverified
context = ssl.create_default_context()
context.check_hostname = False  # expect: python-tls-context-unverified
context.verify_mode = ssl.CERT_NONE  # expect: python-tls-context-unverified

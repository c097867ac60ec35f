"""TLS contexts that accept any certificate."""

import ssl

context = ssl._create_unverified_context()  # expect: python-tls-context-unverified
ssl._create_default_https_context = ssl._create_unverified_context  # expect: python-tls-context-unverified
any_name = ssl.create_default_context()
any_name.check_hostname = False  # expect: python-tls-context-unverified


def of_client(options):
    context = ssl.create_default_context()
    if options.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # expect: python-tls-context-unverified
    return context

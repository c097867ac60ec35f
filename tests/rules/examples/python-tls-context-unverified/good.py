"""TLS contexts that verify, and those of servers, whose clients show no certificate."""

import ssl

context = ssl.create_default_context(cafile="/etc/ssl/private-ca.pem")
context.check_hostname = True
context.verify_mode = ssl.CERT_REQUIRED


def of_server(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    context.verify_mode = ssl.CERT_NONE
    return context


def of_other_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.load_cert_chain(certificate)
    return context

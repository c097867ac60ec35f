"""TLS contexts that verify."""

import ssl

context = ssl.create_default_context(cafile="/etc/ssl/private-ca.pem")
context.check_hostname = True
context.verify_mode = ssl.CERT_REQUIRED

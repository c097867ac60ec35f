const tls = require('tls');

tls.DEFAULT_MIN_VERSION = 'TLSv1.2';
tls.connect({ host: 'example.org', port: 443, secureProtocol: 'TLS_method' });

const tls = require('tls');

tls.DEFAULT_MIN_VERSION = 'TLSv1'; // expect: js-tls-old-protocol
tls.connect({ host: 'example.org', port: 443, secureProtocol: 'TLSv1_method' }); // expect: js-tls-old-protocol

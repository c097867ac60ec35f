import https from 'https';

export const agent = new https.Agent({ minVersion: 'TLSv1.1' }); // expect: js-tls-old-protocol

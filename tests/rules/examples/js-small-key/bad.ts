export const algorithm: RsaHashedKeyGenParams = { name: 'RSA-OAEP', modulusLength: 512, publicExponent, hash: 'SHA-256' }; // expect: js-small-key

export const algorithm: RsaHashedKeyGenParams = { name: 'RSA-OAEP', modulusLength: 2048, publicExponent, hash: 'SHA-256' };

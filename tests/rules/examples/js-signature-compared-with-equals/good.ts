import crypto from 'node:crypto';

export function isSigned(body: string, signature: string, key: string): boolean {
  const expected = crypto.createHmac('sha256', key).update(body).digest();
  return crypto.timingSafeEqual(expected, Buffer.from(signature, 'base64'));
}

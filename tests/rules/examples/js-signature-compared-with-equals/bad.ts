import crypto from 'node:crypto';

export function isSigned(body: string, signature: string, key: string): boolean {
  return crypto.createHmac('sha256', key).update(body).digest('base64') === signature; // expect: js-signature-compared-with-equals
}

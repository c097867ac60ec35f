export function connect(apiKey: string): void {
  console.debug('connecting with a key of', apiKey.length);
}

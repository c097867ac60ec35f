export function connect(apiKey: string): void {
  console.debug('connecting with ' + apiKey); // expect: js-secret-logged
}

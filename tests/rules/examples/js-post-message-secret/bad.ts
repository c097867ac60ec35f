export function share(accessToken: string): void {
  window.parent.postMessage(accessToken, '*'); // expect: js-post-message-secret
}

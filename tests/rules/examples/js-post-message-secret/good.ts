export function share(accessToken: string): void {
  window.parent.postMessage(accessToken, window.location.origin);
}

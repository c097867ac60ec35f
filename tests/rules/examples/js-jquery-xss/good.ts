export function showTab(): void {
  const tab: string = window.location.hash;
  $('.tab').text(tab);
}

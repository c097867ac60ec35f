export function showTab(): void {
  const tab: string = window.location.hash;
  $('.tab').html(tab); // expect: js-jquery-xss
}

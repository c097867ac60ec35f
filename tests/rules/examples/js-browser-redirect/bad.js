const next = new URLSearchParams(window.location.search).get('next');
window.location.href = next; // expect: js-browser-redirect
location.replace(next || '/'); // expect: js-browser-redirect

const next = new URLSearchParams(window.location.search).get('next');
if (new URL(next, location.origin).origin === location.origin) {
  window.location.href = next;
}
location.href = '/search?q=' + encodeURIComponent(location.hash);
location.replace(location.pathname + location.search);
location = location.href;

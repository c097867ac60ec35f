const name = new URLSearchParams(location.search).get('name');
document.getElementById('greeting').textContent = 'Hello ' + name;
document.getElementById('greeting').innerHTML = DOMPurify.sanitize(name);
window.addEventListener('message', (event) => {
  if (event.origin !== location.origin) return;
  output.insertAdjacentHTML('beforeend', event.data.html);
});

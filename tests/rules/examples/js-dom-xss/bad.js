const name = new URLSearchParams(location.search).get('name');
document.getElementById('greeting').innerHTML = 'Hello ' + name; // expect: js-dom-xss
document.write(document.referrer); // expect: js-dom-xss
window.addEventListener('message', (event) => {
  output.insertAdjacentHTML('beforeend', event.data.html); // expect: js-dom-xss
});

window.opener.postMessage({ type: 'login', token: user.token }, 'https://shop.example.org');
window.parent.postMessage({ height: 100 }, '*');

window.opener.postMessage({ type: 'login', token: user.token }, '*'); // expect: js-post-message-secret

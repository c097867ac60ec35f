$('#title').html(decodeURIComponent(location.hash.slice(1))); // expect: js-jquery-xss
$('body').append('<p>' + document.referrer + '</p>'); // expect: js-jquery-xss

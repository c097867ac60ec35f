$('#title').text(decodeURIComponent(location.hash.slice(1)));
$('body').append('<p>welcome</p>');
$(location.hash).show();

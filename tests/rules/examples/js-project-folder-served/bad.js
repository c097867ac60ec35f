const express = require('express');

app.use(express.static(__dirname)); // expect: js-project-folder-served
app.use('/files', express.static('./')); // expect: js-project-folder-served

const libxml = require('libxmljs2');

const document = libxml.parseXml(text, { noblanks: true });

const libxml = require('libxmljs2');

const document = libxml.parseXml(text, { noent: true }); // expect: js-xml-external-entities

import * as libxml from 'libxmljs2';

export const read = (text: string) => libxml.parseXmlString(text, { replaceEntities: true }); // expect: js-xml-external-entities

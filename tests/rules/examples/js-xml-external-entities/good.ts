import * as libxml from 'libxmljs2';

export const read = (text: string) => libxml.parseXmlString(text);

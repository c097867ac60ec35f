"""Parsers that follow external entities."""

import xml.sax
from xml.sax.handler import feature_external_ges

from lxml import etree

etree.XMLParser(resolve_entities=True)  # expect: python-xml-external-entities
etree.XMLParser(load_dtd=True, no_network=False)  # expect: python-xml-external-entities
reader = xml.sax.make_parser()
reader.setFeature(feature_external_ges, True)  # expect: python-xml-external-entities

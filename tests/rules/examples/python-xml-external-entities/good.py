"""Parsers that do not."""

import xml.sax
from xml.sax.handler import feature_external_ges

from lxml import etree

etree.XMLParser(resolve_entities=False)
etree.XMLParser(no_network=True)
reader = xml.sax.make_parser()
reader.setFeature(feature_external_ges, False)

"""Readers with external entities switched on."""

import xml.sax

import defusedxml.ElementTree
from lxml import etree


def read(data):
    reader = xml.sax.make_parser()
    reader.setFeature("http://xml.org/sax/features/external-general-entities", True)  # expect: python-xml-entities-enabled
    options = {"resolve_entities": True}  # expect: python-xml-entities-enabled
    parser = etree.XMLParser(**options)
    defusedxml.ElementTree.fromstring(data, forbid_external=False)  # expect: python-xml-entities-enabled
    return reader, parser

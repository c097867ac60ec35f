"""Weak and safe twins: XML parsers that bring in files."""

import xml.dom.minidom
import xml.etree.ElementTree as ET
import xml.sax
import xml.sax.handler

import defusedxml.ElementTree
from flask import Flask, request
from lxml import etree

app = Flask(__name__)


@app.post("/weak-1")
def weak_lxml():
    parser = etree.XMLParser(resolve_entities=True)
    return etree.fromstring(request.data, parser).tag


@app.post("/safe-1")
def safe_lxml():
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(request.data, parser).tag


@app.post("/weak-2")
def weak_sax():
    parser = xml.sax.make_parser()
    parser.setFeature(xml.sax.handler.feature_external_ges, True)
    doc = xml.dom.minidom.parseString(request.form["doc"], parser)
    return doc.toxml()


@app.post("/safe-2")
def safe_sax():
    parser = xml.sax.make_parser()
    parser.setFeature(xml.sax.handler.feature_external_ges, False)
    doc = xml.dom.minidom.parseString("<a/>", parser)
    return doc.toxml()


@app.post("/weak-3")
def weak_dtd():
    parser = etree.XMLParser(load_dtd=True, no_network=False)
    return etree.XML(request.form["doc"], parser).tag


@app.post("/safe-3")
def safe_defused():
    return defusedxml.ElementTree.fromstring(request.form["doc"]).tag


@app.post("/weak-4")
def weak_iterparse():
    for _, node in etree.iterparse(request.stream, resolve_entities=True):
        return node.tag
    return ""


@app.post("/safe-4")
def safe_constant():
    root = ET.fromstring("<users><user/></users>")
    return root.tag + request.form["doc"][:0]


@app.post("/weak-5")
def weak_flag():
    options = {"resolve_entities": True, "huge_tree": True}
    parser = etree.XMLParser(**options)
    return etree.fromstring(request.data, parser).tag


@app.post("/safe-5")
def safe_written():
    root = ET.Element("user")
    root.text = request.form["name"]
    return ET.tostring(root, "unicode"), 200, {"Content-Type": "text/xml"}

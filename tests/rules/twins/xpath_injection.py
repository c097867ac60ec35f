"""Weak and safe twins: XPath expressions."""

import xml.etree.ElementTree as ET

import elementpath
from flask import Flask, request
from lxml import etree

app = Flask(__name__)
TREE = etree.parse("users.xml")


@app.get("/weak-1")
def weak_lxml():
    return str(TREE.xpath("//user[name='" + request.args["name"] + "']"))


@app.get("/safe-1")
def safe_lxml():
    return str(TREE.xpath("//user[name=$name]", name=request.args["name"]))


@app.get("/weak-2")
def weak_find():
    root = ET.parse("users.xml").getroot()
    return str(root.findall(f"./user[@id='{request.args['id']}']"))


@app.get("/safe-2")
def safe_find():
    root = ET.parse("users.xml").getroot()
    wanted = request.args["id"]
    return str([user for user in root.findall("./user") if user.get("id") == wanted])


@app.post("/weak-3")
def weak_compiled():
    query = "/users/user[@role='{}']".format(request.form["role"])
    find = etree.XPath(query)
    return str(find(TREE))


@app.post("/safe-3")
def safe_compiled():
    find = etree.XPath("/users/user[@role=$role]")
    return str(find(TREE, role=request.form["role"]))


@app.get("/weak-4")
def weak_elementpath():
    root = ET.parse("users.xml")
    return str(elementpath.select(root, "//u[@n='%s']" % request.cookies.get("n")))


@app.get("/safe-4")
def safe_elementpath():
    root = ET.parse("users.xml")
    return str(elementpath.select(root, "//u[@n='admin']")) + request.cookies.get("n", "").upper()[:0]


@app.get("/weak-5")
def weak_variable():
    doc = etree.parse("users.xml")
    value = request.headers.get("X-Name")
    expression = "//user[@name='" + value + "']"
    nodes = doc.xpath(expression)
    return str(len(nodes))


@app.get("/safe-5")
def safe_checked():
    doc = etree.parse("users.xml")
    value = request.headers.get("X-Name", "")
    if not value.isalnum():
        return "no"
    nodes = doc.xpath("//user[@name='" + value + "']")
    return str(len(nodes))

"""XPath expressions with a value from the request in them."""

import xml.etree.ElementTree as ElementTree

import elementpath
from flask import Flask, request
from lxml import etree

app = Flask(__name__)
users = etree.parse("users.xml")


@app.get("/user")
def user():
    name = request.args["name"]
    users.xpath("//user[name='" + name + "']")  # expect: python-xpath-injection
    find = etree.XPath(f"//user[name='{name}']")  # expect: python-xpath-injection
    root = ElementTree.parse("users.xml").getroot()
    root.findall("./user[@id='%s']" % request.args["id"])  # expect: python-xpath-injection
    elementpath.select(root, "//user[@id='{}']".format(name))  # expect: python-xpath-injection
    return str(find(users))

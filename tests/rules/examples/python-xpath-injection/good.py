"""Variables of XPath, values compared in Python, and a value that was checked."""

import re
import xml.etree.ElementTree as ElementTree

from flask import Flask, request
from lxml import etree

app = Flask(__name__)
users = etree.parse("users.xml")


@app.get("/user")
def user():
    name = request.args["name"]
    users.xpath("//user[name=$name]", name=name)
    root = ElementTree.parse("users.xml").getroot()
    found = [one for one in root.findall("./user") if one.get("id") == name]
    re.findall("a", name)
    "text".find(name)
    return str(found)


@app.get("/checked")
def checked():
    name = request.args["name"]
    if not name.isalnum():
        return ""
    return str(users.xpath("//user[name='" + name + "']"))

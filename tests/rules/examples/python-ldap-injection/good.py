"""LDAP filters with escaped values."""

import re

import ldap
import ldap3
from flask import Flask, request
from ldap.filter import escape_filter_chars

app = Flask(__name__)


@app.route("/people")
def people():
    name = request.args["name"]
    directory = ldap.initialize("ldaps://directory.example.com")
    directory.search_s("dc=example", ldap.SCOPE_SUBTREE, "(uid=" + escape_filter_chars(name) + ")")
    connection = ldap3.Connection("directory.example.com")
    connection.search("dc=example", "(objectClass=person)")
    index.search("people", name)
    return re.search("a", name)

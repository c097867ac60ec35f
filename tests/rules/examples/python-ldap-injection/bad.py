"""LDAP filters that hold request data."""

import ldap
import ldap3
from flask import Flask, request

app = Flask(__name__)


@app.route("/people")
def people():
    name = request.args["name"]
    directory = ldap.initialize("ldaps://directory.example.com")
    directory.search_s("dc=example", ldap.SCOPE_SUBTREE, "(uid=" + name + ")")  # expect: python-ldap-injection
    connection = ldap3.Connection("directory.example.com")
    connection.search("dc=example", f"(uid={name})")  # expect: python-ldap-injection
    connection.search(search_base="dc=example", search_filter="(uid=%s)" % name)  # expect: python-ldap-injection

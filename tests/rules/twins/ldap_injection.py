"""Weak and safe twins: LDAP filters."""

import ldap
import ldap3
from flask import Flask, request
from ldap3.utils.conv import escape_filter_chars

app = Flask(__name__)


def directory():
    return ldap3.Connection(ldap3.Server("ldap.example.org"), auto_bind=True)


@app.get("/weak-1")
def weak_ldap3():
    conn = ldap3.Connection(ldap3.Server("ldap.example.org"), auto_bind=True)
    conn.search("ou=people", "(uid=" + request.args["uid"] + ")")
    return str(conn.entries)


@app.get("/safe-1")
def safe_ldap3():
    conn = ldap3.Connection(ldap3.Server("ldap.example.org"), auto_bind=True)
    conn.search("ou=people", "(uid=" + escape_filter_chars(request.args["uid"]) + ")")
    return str(conn.entries)


@app.get("/weak-2")
def weak_from_function():
    conn = directory()
    query = f"(&(objectclass=person)(cn={request.form['cn']}))"
    conn.search("ou=people", query, attributes=["cn"])
    return str(conn.entries)


@app.get("/safe-2")
def safe_from_function():
    conn = directory()
    name = "guest"
    query = f"(&(objectclass=person)(cn={name}))"
    conn.search("ou=people", query, attributes=["cn"])
    return request.form["cn"]


@app.get("/weak-3")
def weak_python_ldap():
    link = ldap.initialize("ldap://ldap.example.org")
    return str(link.search_s("ou=people", ldap.SCOPE_SUBTREE, "(mail=%s)" % request.args["mail"]))


@app.get("/safe-3")
def safe_python_ldap():
    link = ldap.initialize("ldap://ldap.example.org")
    return str(
        link.search_s("ou=people", ldap.SCOPE_SUBTREE, ldap.filter.filter_format("(mail=%s)", [request.args["mail"]]))
    )


@app.get("/weak-4")
def weak_base():
    link = ldap.initialize("ldap://ldap.example.org")
    return str(link.search_s("ou=" + request.args["unit"] + ",dc=example", ldap.SCOPE_SUBTREE, "(cn=*)"))


@app.get("/safe-4")
def safe_base():
    link = ldap.initialize("ldap://ldap.example.org")
    unit = {"a": "people", "b": "groups"}["a"]
    return str(link.search_s("ou=" + unit + ",dc=example", ldap.SCOPE_SUBTREE, "(cn=*)"))


@app.get("/weak-5")
def weak_paged():
    conn = directory()
    found = conn.extend.standard.paged_search(search_base="ou=people", search_filter="(sn=" + request.args["sn"] + ")")
    return str(list(found))


@app.get("/safe-5")
def safe_text_search():
    import re

    found = re.search("a+", request.args["sn"])
    return str(found)

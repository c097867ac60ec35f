"""Searches on connections that come from elsewhere, and names of entries."""

import ldap3
from flask import request

from directory import connect


def find():
    connection = connect()
    query = f"(cn={request.form['cn']})"
    connection.search("ou=people", query, attributes=["cn"])  # expect: python-ldap-injection
    connection.search(search_base="ou=" + request.form["unit"], search_filter="(cn=*)")  # expect: python-ldap-injection
    connection.extend.standard.paged_search("ou=people", search_filter=query)  # expect: python-ldap-injection
    return ldap3.Connection("ldap.example.com", user="uid=" + request.form["uid"])  # expect: python-ldap-injection

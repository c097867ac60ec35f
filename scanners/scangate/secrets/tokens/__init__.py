"""Tokens of providers: tables of formats by field, and one pass over a text that finds them.

A token is recognizable by its form, by the URL that it is, or by its name and its shape; see ``formats.py``. Each format names the
documentation of its provider.
"""

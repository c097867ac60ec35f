"""Files that are opened by other calls than open."""

import codecs
import os
import zipfile
from pathlib import Path

import bottle
from flask import Flask, request

app = Flask(__name__)
FOLDER = Path("/srv/files")


@app.get("/file")
def show():
    name = request.args["name"]
    codecs.open("/srv/files/" + name, encoding="utf-8")  # expect: python-path-traversal
    with (FOLDER / name).open() as file:  # expect: python-path-traversal
        file.read()
    zipfile.ZipFile(os.path.join("/srv", name))  # expect: python-path-traversal
    (FOLDER / name).touch()  # expect: python-path-traversal
    return bottle.static_file(name, root="/srv")  # expect: python-path-traversal

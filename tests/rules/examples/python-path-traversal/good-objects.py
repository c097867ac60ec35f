"""Uploads, contents in memory, last parts of keys, checked names and records of a database."""

import zipfile
from io import BytesIO
from pathlib import Path

from flask import Flask, request, send_file

from files.models import File
from files.paths import safe_target

app = Flask(__name__)
FOLDER = Path("/srv/files")


@app.get("/file")
def show():
    with zipfile.ZipFile(request.files["archive"]) as archive:
        archive.namelist()
    safe_target(request.args["name"]).read_bytes()
    (FOLDER / request.args["key"].split("/")[-1]).read_text()
    open(File.objects.get(id=request.args["id"]).path)
    return send_file(BytesIO(request.get_data()), download_name="copy")

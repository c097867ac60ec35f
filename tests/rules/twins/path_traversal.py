"""Weak and safe twins: file names made from input."""

import codecs
import os
import zipfile
from pathlib import Path

from flask import Flask, request, send_file
from io import BytesIO
from werkzeug.utils import secure_filename

app = Flask(__name__)
ROOT = Path("/srv/files")


@app.get("/weak-1")
def weak_open():
    with open("/srv/files/" + request.args["name"]) as file:
        return file.read(), 200, {"Content-Type": "text/plain"}


@app.get("/safe-1")
def safe_open():
    with open("/srv/files/" + secure_filename(request.args["name"])) as file:
        return file.read(), 200, {"Content-Type": "text/plain"}


@app.get("/weak-2")
def weak_codecs():
    file = codecs.open(os.path.join("/srv", request.args["name"]), "r", "utf-8")
    return {"text": file.read()}


@app.get("/safe-2")
def safe_codecs():
    name = "a.txt" if request.args.get("a") else "b.txt"
    file = codecs.open(os.path.join("/srv", name), "r", "utf-8")
    return {"text": file.read()}


@app.post("/weak-3")
def weak_path_object():
    target = ROOT / request.form["name"]
    target.write_text(request.form["text"])
    return "ok"


@app.post("/safe-3")
def safe_path_object():
    target = (ROOT / request.form["name"]).resolve()
    if not target.is_relative_to(ROOT):
        return "no"
    target.write_text(request.form["text"])
    return "ok"


@app.get("/weak-4")
def weak_path_open():
    with (ROOT / request.args["name"]).open("rb") as file:
        return {"size": len(file.read())}


@app.get("/safe-4")
def safe_last_part():
    name = request.args["name"].split("/")[-1]
    return send_file(BytesIO(name.encode()), download_name="a.txt")


@app.get("/weak-5")
def weak_zip_member():
    archive = zipfile.ZipFile("/srv/" + request.args["archive"])
    return {"names": archive.namelist()}


@app.get("/safe-5")
def safe_zip_member():
    archive = zipfile.ZipFile("/srv/files.zip")
    return {"names": [n for n in archive.namelist() if n == request.args["archive"]]}


@app.get("/weak-6")
def weak_exists():
    path = Path("/srv") / request.args["name"]
    if path.exists():
        return {"text": path.read_text()}
    return {}


@app.get("/safe-6")
def safe_basename():
    path = os.path.join("/srv", os.path.basename(request.args["name"]))
    return {"there": os.path.exists(path)}

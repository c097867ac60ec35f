"""Base names, safe joins and resolved paths that are compared with their folder."""

import os
from pathlib import Path

from fastapi import FastAPI, HTTPException
from flask import Flask, abort, request, send_from_directory
from werkzeug.utils import safe_join, secure_filename

app = Flask(__name__)
api = FastAPI()
FILES = Path("/srv/files")


@app.route("/download/<path:name>")
def download(name):
    return send_from_directory("/srv/files", name)


@app.post("/upload")
def upload():
    file = request.files["file"]
    file.save(os.path.join("/srv/files", secure_filename(file.filename)))
    with open(safe_join("/srv/files", request.form["name"])) as stream:
        stream.read()
    with open("/srv/files/" + os.path.basename(request.form["name"])) as stream:
        return stream.read()


@app.route("/checked")
def checked():
    path = os.path.realpath(os.path.join("/srv/files", request.args["name"]))
    if not path.startswith("/srv/files/"):
        abort(404)
    return open(path).read()


@api.get("/files/{name}")
async def read(name: str):
    path = (FILES / name).resolve()
    if not path.is_relative_to(FILES):
        raise HTTPException(404)
    return path.read_text()


@api.get("/reports/{number}")
async def report(number: int):
    return open(f"/srv/reports/{number}.txt").read()


def save(request):
    form = Form(request.POST)
    form.save(request.user)
    serializer.save(request.data)
    return open("/srv/static/index.html").read()

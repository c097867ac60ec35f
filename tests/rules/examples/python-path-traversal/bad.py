"""Files chosen by a request."""

import os
import shutil
from pathlib import Path

from fastapi import FastAPI, UploadFile
from fastapi.responses import FileResponse
from flask import Flask, request, send_file

app = Flask(__name__)
api = FastAPI()


@app.route("/download")
def download():
    return send_file(os.path.join("/srv/files", request.args["name"]))  # expect: python-path-traversal


@app.route("/page/<path:name>")
def page(name):
    with open("pages/" + name) as stream:  # expect: python-path-traversal
        return stream.read()


@app.post("/upload")
def upload():
    file = request.files["file"]
    file.save(os.path.join("/srv/files", file.filename))  # expect: python-path-traversal
    return "stored"


@api.get("/files/{name:path}")
async def read(name: str):
    return FileResponse(f"/srv/files/{name}")  # expect: python-path-traversal


@api.post("/files")
async def store(file: UploadFile):
    with open(f"/srv/files/{file.filename}", "wb") as target:  # expect: python-path-traversal
        shutil.copyfileobj(file.file, target)


def remove(request):
    os.remove("/srv/files/" + request.POST["name"])  # expect: python-path-traversal
    return Path("/srv/files", request.GET["name"]).read_text()  # expect: python-path-traversal


def handler(event, context):
    name = event["pathParameters"]["name"]
    return (Path("/opt/data") / name).read_text()  # expect: python-path-traversal

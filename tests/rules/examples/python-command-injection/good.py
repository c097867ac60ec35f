"""Fixed programs, argument lists and quoted values."""

import os
import shlex
import subprocess

from flask import Flask, request

app = Flask(__name__)
TOOLS = {"zip": "/usr/bin/zip", "tar": "/usr/bin/tar"}


@app.route("/ping")
def ping():
    host = request.args["host"]
    subprocess.run(["ping", "-c", "1", "--", host], check=True)
    subprocess.run("ping -c 1 " + shlex.quote(host), shell=True, check=True)
    subprocess.run([TOOLS[request.args["tool"]], "--version"], check=True)
    os.system("ping -c %d localhost" % int(request.args["count"]))
    if host in ("localhost", "gateway"):
        os.system("ping -c 1 " + host)
    return "done"


def rotate(path):
    os.system("gzip " + path)


def handler(event, context):
    os.system("date")
    return {"statusCode": 200, "body": event["path"]}

"""Weak and safe twins: operating system commands."""

import os
import shlex
import subprocess

from bottle import request as bottle_request
from django.http import HttpResponse
from flask import Flask, request

app = Flask(__name__)
TOOLS = {"disk": "df -h", "load": "uptime"}


@app.get("/weak-1")
def weak_system():
    os.system("ping -c 1 " + request.args["host"])


@app.get("/safe-1")
def safe_list():
    subprocess.run(["ping", "-c", "1", "--", request.args["host"]], check=True)


@app.post("/weak-2")
def weak_popen_list_of_fields():
    names = request.form.getlist("name")
    name = names[0] if names else ""
    subprocess.Popen(f"grep {name} /var/log/app.log", shell=True)


@app.post("/safe-2")
def safe_constant_by_branch():
    name = "error"
    if len(request.form) > 3:
        name = "warning"
    subprocess.Popen(f"grep {name} /var/log/app.log", shell=True)


def weak_django(request):
    out = subprocess.check_output("dig " + request.GET.get("zone", ""), shell=True)
    return HttpResponse(out, content_type="text/plain")


def safe_django(request):
    out = subprocess.check_output("dig " + shlex.quote(request.GET.get("zone", "")), shell=True)
    return HttpResponse(out, content_type="text/plain")


def weak_bottle():
    subprocess.call(["sh", "-c", "tail " + bottle_request.query.file])


def safe_bottle_table():
    subprocess.call(["sh", "-c", TOOLS.get(bottle_request.query.tool, "true")])


@app.get("/weak-5")
def weak_dict():
    options = {"host": request.args.get("host"), "count": "1"}
    os.popen("ping -c " + options["count"] + " " + options["host"])


@app.get("/safe-5")
def safe_dict():
    options = {"host": request.args.get("host"), "count": "1"}
    os.popen("ping -c " + options["count"] + " localhost")


class Reader:
    def __init__(self, request):
        self.request = request

    def value(self, name):
        return self.request.args.get(name)


@app.get("/weak-6")
def weak_wrapper():
    reader = Reader(request)
    host = reader.value("host")
    os.system("host " + host)


@app.get("/safe-6")
def safe_number():
    count = int(request.args["count"])
    os.system(f"ping -c {count} localhost")

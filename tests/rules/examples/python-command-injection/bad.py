"""Values from a request that reach a shell or choose the program."""

import asyncio
import os
import subprocess
from subprocess import check_output

from fastapi import FastAPI
from flask import Flask, request

app = Flask(__name__)
api = FastAPI()


@app.route("/ping")
def ping():
    host = request.args["host"]
    os.system("ping -c 1 " + host)  # expect: python-command-injection
    os.popen(f"ping -c 1 {host}")  # expect: python-command-injection
    subprocess.run("ping -c 1 %s" % host, shell=True, check=True)  # expect: python-command-injection
    subprocess.Popen(["sh", "-c", f"ping {host}"])  # expect: python-command-injection
    subprocess.run([request.form["tool"], "--version"])  # expect: python-command-injection
    return check_output("ping -c 1 {}".format(host), shell=True)  # expect: python-command-injection


@api.get("/convert")
async def convert(source: str):
    await asyncio.create_subprocess_shell(f"convert {source} out.png")  # expect: python-command-injection


def archive(request):
    name = request.POST.get("name")
    command = "tar czf /tmp/a.tgz " + name
    return subprocess.getoutput(command)  # expect: python-command-injection


def handler(event, context):
    key = event["Records"][0]["s3"]["object"]["key"]
    os.system(f"ffmpeg -i /tmp/{key} /tmp/out.mp4")  # expect: python-command-injection

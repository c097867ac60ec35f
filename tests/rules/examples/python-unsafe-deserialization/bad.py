"""Request data restored by formats that can run code."""

import base64
import marshal
import pickle

import jsonpickle
from fastapi import FastAPI, Request
from flask import Flask, request

app = Flask(__name__)
api = FastAPI()


@app.route("/state")
def state():
    pickle.loads(base64.b64decode(request.cookies["state"]))  # expect: python-unsafe-deserialization
    pickle.load(request.files["model"])  # expect: python-unsafe-deserialization
    return jsonpickle.decode(request.data)  # expect: python-unsafe-deserialization


@api.post("/state")
async def restore(request: Request):
    body = await request.body()
    return pickle.loads(body)  # expect: python-unsafe-deserialization


def view(request):
    return marshal.loads(request.body)  # expect: python-unsafe-deserialization


def handler(event, context):
    return pickle.loads(base64.b64decode(event["body"]))  # expect: python-unsafe-deserialization

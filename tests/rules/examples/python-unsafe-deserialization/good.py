"""JSON for request data; pickle only for the application's own files."""

import json
import pickle

from flask import Flask, request

app = Flask(__name__)


@app.route("/state")
def state():
    return json.loads(request.data)


def load_model():
    with open("model.pickle", "rb") as stream:
        return pickle.load(stream)


def handler(event, context):
    return json.loads(event["body"])

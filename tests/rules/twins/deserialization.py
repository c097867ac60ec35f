"""Weak and safe twins: objects made from bytes."""

import base64
import json
import pickle

import jsonpickle
import torch
import yaml
from flask import Flask, request

app = Flask(__name__)


@app.post("/weak-1")
def weak_pickle():
    return str(pickle.loads(base64.b64decode(request.cookies["state"])))


@app.post("/safe-1")
def safe_json():
    return json.dumps(json.loads(base64.b64decode(request.cookies["state"])))


@app.post("/weak-2")
def weak_yaml():
    return str(yaml.load(request.data, Loader=yaml.Loader))


@app.post("/safe-2")
def safe_yaml():
    return str(yaml.load(request.data, Loader=yaml.SafeLoader))


@app.post("/weak-3")
def weak_unsafe_yaml():
    return str(yaml.unsafe_load(request.form["doc"]))


@app.post("/safe-3")
def safe_roundtrip():
    copy = pickle.loads(pickle.dumps({"a": 1}))
    return str(copy) + request.form["doc"][:0]


@app.post("/weak-4")
def weak_jsonpickle():
    return str(jsonpickle.decode(request.form["doc"]))


@app.post("/safe-4")
def safe_json_dump():
    return json.dumps(request.form["doc"])


@app.post("/weak-5")
def weak_model():
    file = request.files["model"]
    model = torch.load(file, weights_only=False)
    return str(model)


@app.post("/safe-5")
def safe_model():
    model = torch.load("model.pt", weights_only=True)
    return str(model) + request.form["doc"][:0]


@app.post("/weak-6")
def weak_unpickler():
    state = pickle.Unpickler(request.stream).load()
    return str(state)


@app.post("/safe-6")
def safe_constant_yaml():
    text = "a: 1"
    return str(yaml.load(text, Loader=yaml.Loader)) + request.form["doc"][:0]

"""Orders of a shop that does not exist, with the mistakes that reviews find every week."""

import hashlib
import pickle
import sqlite3
import subprocess

import requests
from flask import Flask, redirect, render_template_string, request

app = Flask(__name__)
database = sqlite3.connect("orders.db", check_same_thread=False)
SMTP_PASSWORD = "correct-horse-battery-7"


@app.get("/orders")
def orders():
    customer = request.args["customer"]
    return {"orders": database.execute(f"SELECT * FROM orders WHERE customer = '{customer}'").fetchall()}


@app.post("/label")
def label():
    subprocess.run("label-printer " + request.form["text"], shell=True, check=True)
    return "", 204


@app.get("/hello")
def hello():
    return render_template_string("<h1>Hello " + request.args["name"] + "</h1>")


@app.get("/go")
def go():
    return redirect(request.args["next"])


@app.post("/basket")
def basket():
    return {"items": pickle.loads(request.data)}


@app.get("/rate")
def rate():
    return requests.get(request.args["bank"], verify=False, timeout=10).text


def token(customer):
    return hashlib.md5(customer.encode()).hexdigest()  # nosec B324 -- a cache key, not a credential


if __name__ == "__main__":
    app.run(host="0.0.0.0", debug=True)

"""Request data that is parsed, not evaluated."""

import ast
import json

from flask import Flask, request

app = Flask(__name__)
OPERATIONS = {"add": lambda a, b: a + b}


@app.route("/calc")
def calc():
    values = ast.literal_eval(request.args["values"])
    body = json.loads(request.data)
    frame.eval(request.args["column"])
    return str(OPERATIONS[request.args["operation"]](*values)) + body["unit"]


def lambda_handler(event, context):
    return eval("1 + 1")

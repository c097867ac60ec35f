"""Request data that is evaluated."""

from fastapi import FastAPI
from flask import Flask, request

app = Flask(__name__)
api = FastAPI()


@app.route("/calc")
def calc():
    return str(eval(request.args["expression"]))  # expect: python-code-injection


@api.post("/run")
async def run(script: Script):
    exec(script.source)  # expect: python-code-injection


def evaluate(request):
    formula = request.POST["formula"]
    return eval("lambda x: " + formula)  # expect: python-code-injection


def lambda_handler(event, context):
    exec(compile(event["code"], "<event>", "exec"))  # expect: python-code-injection

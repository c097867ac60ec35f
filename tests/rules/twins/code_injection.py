"""Weak and safe twins: Python code made from input."""

import ast
import builtins

from chalice import Chalice
from flask import Flask, request
from http.server import BaseHTTPRequestHandler

app = Flask(__name__)
api = Chalice(app_name="calc")


@app.get("/weak-1")
def weak_eval():
    return str(eval(request.args["expression"]))


@app.get("/safe-1")
def safe_literal():
    return str(ast.literal_eval(request.args["expression"]))


@app.post("/weak-2")
def weak_exec_slice():
    text = request.form["code"]
    exec(text[1:-1])


@app.post("/safe-2")
def safe_exec_constant():
    text = "total = 1 + 2"
    if request.form.get("x"):
        text = "total = 3"
    exec(text)


@api.route("/weak-3")
def weak_chalice():
    return {"v": eval(api.current_request.query_params["e"])}


@api.route("/safe-3")
def safe_chalice():
    return {"v": float(api.current_request.query_params["e"])}


class Calculator(BaseHTTPRequestHandler):
    def weak_handler(self):
        size = int(self.headers["Content-Length"])
        body = self.rfile.read(size).decode()
        result = eval(body)
        self.wfile.write(str(result).encode())

    def safe_handler(self):
        size = int(self.headers["Content-Length"])
        body = self.rfile.read(size).decode()
        self.wfile.write(str(len(body)).encode())


@app.get("/weak-5")
def weak_builtins():
    return str(builtins.eval(request.headers.get("X-Formula", "0")))


@app.get("/safe-5")
def safe_ternary():
    formula = request.args["f"] if 2 * 3 > 10 else "1 + 1"
    return str(eval(formula))


@app.get("/weak-6")
def weak_compile():
    code = compile(request.args["f"], "f", "exec")
    exec(code)


@app.get("/safe-6")
def safe_table():
    operations = {"add": "1 + 1", "sub": "2 - 1"}
    return str(eval(operations["add"]))

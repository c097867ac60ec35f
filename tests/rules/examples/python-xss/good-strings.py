"""Values that are escaped, and texts that are not HTML."""

import html

from fastapi import FastAPI
from flask import Flask, Response, make_response, request
from http.server import BaseHTTPRequestHandler

app = Flask(__name__)
api = FastAPI()


@app.get("/list")
def pieces():
    page = "<ul>"
    page += "<li>" + html.escape(request.args["name"])
    page += "</ul>"
    return page


@app.post("/comment")
def plain():
    answer = make_response("Your comment: {}".format(request.form["comment"]))
    answer.mimetype = "text/plain"
    return answer


@app.get("/json")
def structured():
    return {"text": request.args.get("text")}


@app.get("/found")
def found():
    number = "none"
    if request.args.get("text"):
        number = "some"
    return number


@api.get("/fast")
def fast(name: str):
    return f"<p>{name}</p>"


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(self.path.encode())

"""Pages that are put together in strings, or returned as they came."""

from bottle import route
from bottle import request as query
from chalice import Chalice, Response
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from flask import Flask, request
from http.server import BaseHTTPRequestHandler

app = Flask(__name__)
site = Chalice(app_name="site")
api = FastAPI()


@app.get("/list")
def pieces():
    page = "<ul>"
    page += "<li>" + request.args["name"]
    page += "</ul>"
    return page  # expect: python-xss


@app.post("/comment")
def formatted():
    text = "Your comment: {}".format(request.form["comment"])
    return text, 200  # expect: python-xss


@app.get("/echo")
def echo():
    return request.args.get("text")  # expect: python-xss


@route("/hello/<name>")
def hello(name):
    return "<p>Hello " + query.query.name + "</p>"  # expect: python-xss


@site.route("/page")
def page():
    name = site.current_request.query_params["name"]
    return Response(body="<p>" + name, headers={"Content-Type": "text/html"})  # expect: python-xss


@api.get("/fast", response_class=HTMLResponse)
def fast(name: str):
    return f"<p>{name}</p>"  # expect: python-xss


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"<p>{self.path}</p>".encode())  # expect: python-xss

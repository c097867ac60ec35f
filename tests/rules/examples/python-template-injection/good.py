"""Constant templates with request data in their context."""

import jinja2
from flask import Flask, render_template, render_template_string, request

app = Flask(__name__)


@app.route("/hello")
def hello():
    render_template("hello.html", name=request.args["name"])
    jinja2.Template("Dear {{ name }}").render(name=request.args["name"])
    Version.from_string(request.args["version"])
    return render_template_string("<p>Hello {{ name }}</p>", name=request.args["name"])

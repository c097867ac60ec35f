"""Escaped values, templates and answers that are not HTML."""

import html
import json

from django.http import HttpResponse, JsonResponse
from django.utils.html import format_html
from flask import Flask, jsonify, make_response, render_template, request
from markupsafe import Markup, escape

app = Flask(__name__)


@app.route("/hello")
def hello():
    name = request.args.get("name", "")
    Markup("<b>{}</b>").format(name)
    make_response(jsonify(name=name))
    make_response(render_template("hello.html", name=name))
    if name == "json":
        return {"name": name}
    return f"<p>Hello {escape(name)}</p>"


@app.route("/user/<int:number>")
def user(number):
    return f"<h1>User {number}</h1>"


def search(request):
    term = request.GET["q"]
    if request.GET.get("json"):
        return JsonResponse({"term": term})
    if request.GET.get("text"):
        return HttpResponse(term, content_type="text/plain")
    if request.GET.get("raw"):
        return HttpResponse(json.dumps({"term": term}), content_type="application/json")
    if request.GET.get("template"):
        return HttpResponse(template.render({"term": term}))
    return HttpResponse(format_html("<em>{}</em>", term))


def handler(event, context):
    if event["path"] == "/page":
        page = "<h1>" + html.escape(event["name"]) + "</h1>"
        return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": page}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(event)}

"""Weak and safe twins: HTML made from input."""

import html

from aiohttp import web
from django.http import HttpResponse, JsonResponse
from flask import Flask, Response, jsonify, make_response, render_template, request
from markupsafe import Markup, escape

app = Flask(__name__)


@app.get("/weak-1")
def weak_accumulated():
    page = "<ul>"
    page += "<li>" + request.args["name"]
    page += "</ul>"
    return page


@app.get("/safe-1")
def safe_accumulated():
    page = "<ul>"
    page += "<li>" + html.escape(request.args["name"])
    page += "</ul>"
    return page


@app.route("/weak-2", methods=["POST"])
def weak_variable():
    RESPONSE = ""
    value = request.form.get("comment", "")
    RESPONSE += f"Your comment: {value}"
    return RESPONSE


@app.route("/safe-2", methods=["POST"])
def safe_template():
    value = request.form.get("comment", "")
    return render_template("comment.html", value=value)


def weak_django(request):
    name = request.GET["name"]
    return HttpResponse("<h1>Hello " + name + "</h1>")


def safe_django(request):
    name = request.GET["name"]
    return JsonResponse({"name": name})


@app.get("/weak-4")
def weak_markup():
    return render_template("a.html", text=Markup("<b>%s</b>" % request.args["t"]))


@app.get("/safe-4")
def safe_markup():
    return render_template("a.html", text=Markup("<b>%s</b>") % request.args["t"])


async def weak_aiohttp(request):
    return web.Response(text="<p>" + request.query["q"] + "</p>", content_type="text/html")


async def safe_aiohttp(request):
    return web.Response(text="<p>" + request.query["q"] + "</p>")


@app.get("/weak-6")
def weak_direct():
    return request.args["text"]


@app.get("/safe-6")
def safe_json():
    return jsonify(text=request.args["text"])


@app.get("/weak-7")
def weak_response():
    body = "<p>{}</p>".format(request.cookies.get("who"))
    answer = make_response(body)
    return answer


@app.get("/safe-7")
def safe_response():
    body = "hello {}".format(request.cookies.get("who"))
    return Response(body, mimetype="text/plain")


@app.get("/weak-8")
def weak_formatted():
    otherarg = "static"
    return "Params: {0} {1}".format(request.args["a"], otherarg)


@app.get("/safe-8")
def safe_escaped():
    return "Params: {0}".format(escape(request.args["a"]))

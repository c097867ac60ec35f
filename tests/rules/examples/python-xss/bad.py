"""HTML that holds request data without escaping."""

from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from flask import Flask, make_response, request
from markupsafe import Markup

app = Flask(__name__)
api = FastAPI()


@app.route("/hello")
def hello():
    name = request.args.get("name", "")
    Markup("<b>" + name + "</b>")  # expect: python-xss
    make_response("<p>Hello %s</p>" % name)  # expect: python-xss
    return f"<p>Hello {name}</p>"  # expect: python-xss


@app.route("/user/<name>")
def user(name):
    return "<h1>" + name + "</h1>"  # expect: python-xss


@api.get("/page", response_class=HTMLResponse)
async def page(title: str):
    return HTMLResponse(content=f"<title>{title}</title>")  # expect: python-xss


def search(request):
    term = request.GET["q"]
    mark_safe("<em>%s</em>" % term)  # expect: python-xss
    format_html("<em>" + term + "</em>")  # expect: python-xss
    return HttpResponse("No book is called " + term)  # expect: python-xss


def handler(event, context):
    page = f"<h1>{event['name']}</h1>"
    return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": page}  # expect: python-xss

"""Templates whose source holds request data."""

import jinja2
from django.template import Engine, Template
from fastapi import FastAPI
from flask import Flask, render_template_string, request
from jinja2 import Environment

app = Flask(__name__)
api = FastAPI()


@app.route("/hello")
def hello():
    return render_template_string("<p>Hello " + request.args["name"] + "</p>")  # expect: python-template-injection


@app.errorhandler(404)
def missing(error):
    page = "<p>%s was not found</p>" % request.url
    return render_template_string(page)  # expect: python-template-injection


@api.post("/mail")
def mail(body: Mail):
    jinja2.Template(body.text).render()  # expect: python-template-injection
    env = Environment(autoescape=True)
    return env.from_string(body.text).render()  # expect: python-template-injection


def preview(request):
    Engine.get_default().from_string(request.POST["layout"])  # expect: python-template-injection
    return Template(request.POST["layout"])  # expect: python-template-injection


def handler(event, context):
    return jinja2.Template(f"Dear {event['name']}").render()  # expect: python-template-injection

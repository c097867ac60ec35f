"""Input as it arrives in frameworks other than Flask and Django, evaluated as code."""

import http.server
from typing import Annotated, Any

import cherrypy
import chalice
import falcon
import gradio as gr
import streamlit as st
from aws_lambda_powertools.utilities.data_classes import SQSEvent
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from fastapi import Header, Query
from flask_restful import reqparse

api = chalice.Chalice(app_name="calculator")
parser = reqparse.RequestParser()


@api.route("/sum")
def chalice_view():
    return eval(api.current_request.json_body["sum"])  # expect: python-code-injection


@api.route("/sum/{expression}")
def chalice_path(expression):
    return eval(expression)  # expect: python-code-injection


@api.on_sqs_message(queue="sums")
def chalice_queue(messages):
    for record in messages:
        eval(record.body)  # expect: python-code-injection


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        eval(self.path.partition("?")[2])  # expect: python-code-injection

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        eval(text)  # expect: python-code-injection


class Sum:
    def on_get(self, req, resp, name):
        resp.media = eval(req.get_param("sum"))  # expect: python-code-injection
        eval(name)  # expect: python-code-injection


class Pages:
    @cherrypy.expose
    def index(self, expression="1"):
        return str(eval(expression))  # expect: python-code-injection


def lambda_handler(event: dict[str, Any], context: Any) -> Any:
    return eval(event["sum"])  # expect: python-code-injection


class Handlers:
    def handle(self, evt, ctx=None):
        return eval(evt["sum"])  # expect: python-code-injection


def work(record: SQSRecord) -> None:
    eval(record.body)  # expect: python-code-injection


def consume(batch: SQSEvent, context) -> None:
    for one in batch.records:
        eval(one.body)  # expect: python-code-injection


def by_query(expression: str = Query("1")) -> int:
    return eval(expression)  # expect: python-code-injection


def by_header(expression: Annotated[str, Header()]) -> int:
    return eval(expression)  # expect: python-code-injection


def restful():
    wanted = parser.parse_args()
    return eval(wanted["sum"])  # expect: python-code-injection


st.write(eval(st.text_input("Sum")))  # expect: python-code-injection


def answer(question, history):
    return eval(question)  # expect: python-code-injection


gr.ChatInterface(answer).launch()

"""What no client chooses, in the same frameworks."""

import argparse
import http.server
from pathlib import Path

import chalice
import streamlit as st
from bottle import route
from django.http import HttpResponse
from fastapi import Query

api = chalice.Chalice(app_name="calculator")
parser = argparse.ArgumentParser()


@api.route("/sum/{number}")
def chalice_path(number: int):
    return eval(f"{number} + 1")


@route("/sum/<number:int>")
def bottle_path(number: int):
    return str(eval(f"{number} + 1"))


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        eval(self.server.expression)


def options():
    wanted = parser.parse_args()
    return eval(wanted.sum)


def by_query(number: int = Query(1)) -> int:
    return eval(f"{number} + 1")


def detail(request, pk):
    return HttpResponse(str(eval(pk)))


def helper(request, expression):
    return eval(expression) if request else None


def report(event, settings):
    return eval(event["sum"]) if settings else None


st.write(eval(Path("sum.txt").read_text()))

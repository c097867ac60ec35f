"""A number, by the format."""

import logging

from flask import Flask, request

app = Flask(__name__)


@app.get("/page/<number>")
def page(number):
    logging.info("page %d", number)
    return ""

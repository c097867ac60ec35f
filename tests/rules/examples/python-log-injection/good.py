"""Values without line breaks, and what is no value of a request."""

import logging

from flask import Flask, request

app = Flask(__name__)
logger = logging.getLogger(__name__)


@app.get("/search")
def search():
    words = request.args["q"]
    logger.info("searched for %r", words)
    logger.info("searched for %s", repr(words))
    logger.info("searched for %s", words.replace("\n", " "))
    logger.info("found %d", len(words))
    logger.info("page %s", int(request.args["page"]))
    return ""

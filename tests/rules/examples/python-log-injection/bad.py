"""Values from a request in log lines."""

import logging

from flask import Flask, request

app = Flask(__name__)
logger = logging.getLogger(__name__)


@app.get("/search")
def search():
    words = request.args["q"]
    logger.info("searched for %s", words)  # expect: python-log-injection
    logging.warning("searched for " + words)  # expect: python-log-injection
    app.logger.info(f"searched for {words}")  # expect: python-log-injection
    return ""

"""A file that nobody can foresee, one that is read, and a function's own /tmp."""

import tempfile


def save(data):
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(data)
    with open("/tmp/report.txt") as file:
        file.read()


def lambda_handler(event, context):
    with open("/tmp/report.txt", "w") as file:
        file.write("")

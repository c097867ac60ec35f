"""Values from routes of Bottle, and from WTForms, evaluated as code."""

from bottle import route
from flask_wtf import FlaskForm


@route("/sum/<expression>")
def by_path(expression):
    return str(eval(expression))  # expect: python-code-injection


def by_form(form: FlaskForm):
    return eval(form.sum.data)  # expect: python-code-injection

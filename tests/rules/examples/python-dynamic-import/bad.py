"""Modules named by a request."""

import importlib
from importlib import import_module

from django.utils.module_loading import import_string
from flask import request


def plugin():
    return importlib.import_module("plugins." + request.args["name"])  # expect: python-dynamic-import


def backend(request):
    return import_string(request.GET["backend"])  # expect: python-dynamic-import


def handler(event, context):
    module = import_module(event["module"])  # expect: python-dynamic-import
    return module.run(event)

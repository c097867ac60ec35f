"""Environments that escape nothing."""

import aiohttp_jinja2
import jinja2
from aiohttp import web
from flask import Flask

site = web.Application()
aiohttp_jinja2.setup(site, loader=jinja2.FileSystemLoader("templates"), autoescape=False)  # expect: python-template-autoescape-off
app = Flask(__name__)
app.jinja_env.autoescape = False  # expect: python-template-autoescape-off

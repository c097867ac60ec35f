"""Environments that escape."""

import aiohttp_jinja2
import jinja2
from aiohttp import web
from flask import Flask

site = web.Application()
aiohttp_jinja2.setup(site, loader=jinja2.FileSystemLoader("templates"))
app = Flask(__name__)
app.jinja_env.autoescape = jinja2.select_autoescape()

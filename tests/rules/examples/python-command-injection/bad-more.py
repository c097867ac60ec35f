import asyncio
import os
import subprocess

import bottle
import tornado.web
from aiohttp import web
from pyramid.view import view_config


async def lookup(request):
    name = request.query["name"]
    await asyncio.create_subprocess_shell("dig " + name)  # expect: python-command-injection
    return web.Response(text="done")


async def fetch(request):
    os.system(f"wget {request.match_info['address']}")  # expect: python-command-injection


class Backup(tornado.web.RequestHandler):
    def post(self):
        folder = self.get_argument("folder")
        subprocess.call("rsync -a %s /backup" % folder, shell=True)  # expect: python-command-injection

    def put(self, name):
        os.system("rsync -a " + name)  # expect: python-command-injection


@bottle.route("/log")
def log():
    os.system("tail -n " + bottle.request.query.get("lines"))  # expect: python-command-injection


@view_config(route_name="build")
def build(request):
    return {"out": subprocess.getoutput(f"git log {request.params['branch']}")}  # expect: python-command-injection

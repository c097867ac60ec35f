import subprocess

import bottle
import tornado.web
from pyramid.view import view_config


class Backup(tornado.web.RequestHandler):
    def post(self):
        number = int(self.get_argument("number"))
        subprocess.call(["rsync", "-a", f"/data/{number}", "/backup"])
        subprocess.call("rsync -a %d /backup" % number, shell=True)


@bottle.route("/log")
def log():
    return subprocess.check_output(["tail", "-n", str(int(bottle.request.query.get("lines"))), "/var/log/app.log"])


@view_config(route_name="build")
def build(request):
    return {"out": subprocess.check_output(["git", "log", "--", request.params["branch"]])}

import tornado.web
from aiohttp import web
from bottle import redirect, request
from pyramid.httpexceptions import HTTPFound


async def back(request):
    raise web.HTTPFound(request.query["next"])  # expect: python-open-redirect


class Login(tornado.web.RequestHandler):
    def get(self):
        self.redirect(self.get_argument("next", "/"))  # expect: python-open-redirect


def leave():
    redirect(request.query.next)  # expect: python-open-redirect


def view(request):
    return HTTPFound(location=request.params["came_from"])  # expect: python-open-redirect

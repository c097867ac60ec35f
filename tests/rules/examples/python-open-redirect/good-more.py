import tornado.web
from aiohttp import web
from pyramid.httpexceptions import HTTPFound


async def back(request):
    raise web.HTTPFound(request.app.router["home"].url_for())


class Login(tornado.web.RequestHandler):
    def get(self):
        self.redirect(self.reverse_url("home"))


def view(request):
    return HTTPFound(location=request.route_url("home"))

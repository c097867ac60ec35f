import tornado.web
from aiohttp import web
from django.shortcuts import render
from django.utils.safestring import mark_safe


async def hi(request):
    return web.Response(text="<p>Hello %s</p>" % request.query["name"], content_type="text/html")  # expect: python-xss


class Hi(tornado.web.RequestHandler):
    def get(self):
        self.write("<p>Hello " + self.get_argument("name") + "</p>")  # expect: python-xss


def note(request):
    return render(request, "note.html", {"note": mark_safe("<b>" + request.GET["note"] + "</b>")})  # expect: python-xss

import html

import tornado.web
from aiohttp import web
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from tornado.escape import xhtml_escape


async def hi(request):
    return web.Response(text="<p>Hello %s</p>" % html.escape(request.query["name"]), content_type="text/html")


async def plain(request):
    return web.Response(text=request.query["name"])


class Hi(tornado.web.RequestHandler):
    def get(self):
        self.write("<p>Hello " + xhtml_escape(self.get_argument("name")) + "</p>")
        self.write({"name": self.get_argument("name")})
        self.finish(self.render_string("hi.html", name=self.get_argument("name")))


def note(request):
    return render(request, "note.html", {"note": request.GET["note"]})


def part(request):
    page = render_to_string("part.html", {"note": request.GET["note"]})
    return HttpResponse(page)

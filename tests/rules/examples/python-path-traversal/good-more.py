import tornado.web
from aiohttp import web
from django.contrib.staticfiles import finders


async def static(request):
    return web.FileResponse("/srv/files/index.html")


class Page(tornado.web.RequestHandler):
    def get(self):
        with open("docs/%d" % int(self.get_argument("page"))) as file:
            self.finish({"text": file.read()})


def plugin(request):
    with open(finders.find(request.GET["name"])) as file:
        return file.read()

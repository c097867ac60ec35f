import tornado.web
from aiohttp import web


async def static(request):
    return web.FileResponse("/srv/files/" + request.match_info["name"])  # expect: python-path-traversal


class Page(tornado.web.RequestHandler):
    def get(self):
        with open("docs/" + self.get_argument("page")) as file:  # expect: python-path-traversal
            self.finish({"text": file.read()})

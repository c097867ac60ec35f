import aiohttp
import tornado.web
from aiohttp import web
from tornado.httpclient import AsyncHTTPClient


async def image(request):
    url = request.rel_url.query["url"]
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as answer:  # expect: python-ssrf
            return web.Response(body=await answer.read())


class Load(tornado.web.RequestHandler):
    async def get(self):
        await AsyncHTTPClient().fetch(self.get_argument("url"))  # expect: python-ssrf

import aiohttp
import tornado.web
from aiohttp import web
from tornado.httpclient import AsyncHTTPClient


async def image(request):
    number = int(request.query["number"])
    async with aiohttp.ClientSession() as session:
        async with session.get(f"https://images.example.com/{number}") as answer:
            return web.Response(body=await answer.read())


class Load(tornado.web.RequestHandler):
    async def get(self):
        await AsyncHTTPClient().fetch("https://www.example.com/")

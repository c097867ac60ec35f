from aiohttp import web
from mako.template import Template


async def greet(request):
    data = await request.post()
    return web.Response(text=Template("Hello ${name | h}").render(name=data["name"]))

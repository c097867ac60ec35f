import tornado.web
from aiohttp import web


async def city(request):
    async with request.app["pool"].acquire() as conn:
        rows = await conn.fetch("SELECT * FROM city WHERE name = $1", request.match_info["name"])
    return web.json_response(rows)


async def users(request):
    data = await request.json()
    return web.json_response(list(db.users.find({"name": str(data["name"])})))


class User(tornado.web.RequestHandler):
    def delete(self):
        cursor = self.application.db.cursor()
        cursor.execute("DELETE FROM users WHERE id = %s", (self.get_query_argument("id"),))

import tornado.web
from aiohttp import web


async def city(request):
    async with request.app["pool"].acquire() as conn:
        rows = await conn.fetch(f"SELECT * FROM city WHERE name = '{request.match_info['name']}'")  # expect: python-sql-injection
    return web.json_response(rows)


async def users(request):
    data = await request.json()
    return web.json_response(list(db.users.find({"$where": "this.name == '" + data["name"] + "'"})))  # expect: python-sql-injection


class User(tornado.web.RequestHandler):
    def delete(self):
        cursor = self.application.db.cursor()
        cursor.execute("DELETE FROM users WHERE id = " + self.get_query_argument("id"))  # expect: python-sql-injection

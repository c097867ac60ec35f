"""Values from a request that become part of the SQL text."""

import sqlite3

import sqlalchemy
from django.db import connection
from django.db.models.expressions import RawSQL
from fastapi import APIRouter, Depends
from flask import Flask, request
from sqlalchemy import text

app = Flask(__name__)
router = APIRouter()


@app.route("/users")
def users():
    name = request.args.get("name")
    cursor = sqlite3.connect("app.db").cursor()
    cursor.execute("SELECT * FROM users WHERE name = '" + name + "'")  # expect: python-sql-injection
    cursor.execute(f"SELECT * FROM users WHERE name = '{name}'")  # expect: python-sql-injection
    cursor.execute("SELECT * FROM users WHERE name = '%s'" % name)  # expect: python-sql-injection
    cursor.execute("SELECT * FROM users WHERE name = '{}'".format(name))  # expect: python-sql-injection
    return "done"


@app.post("/orders")
def orders():
    body = request.get_json()
    query = "SELECT id FROM orders WHERE 1 = 1"
    if body["status"]:
        query += " AND status = '" + body["status"] + "'"
    db.session.execute(text(query))  # expect: python-sql-injection
    order = request.form["order"]
    return db.engine.execute(f"SELECT * FROM orders ORDER BY {order}")  # expect: python-sql-injection


@app.route("/users/<name>")
def user(name):
    return get_db().execute("SELECT * FROM users WHERE name = '%s'" % (name,)).fetchone()  # expect: python-sql-injection


@router.get("/items")
async def items(kind: str, limit: int = 10, session=Depends(get_session)):
    statement = f"SELECT * FROM items WHERE kind = '{kind}' LIMIT {limit}"
    return await session.execute(sqlalchemy.text(statement))  # expect: python-sql-injection


@router.post("/items")
async def create(item: Item, conn: ConnectionDep):
    return await conn.fetchrow(f"INSERT INTO items (name) VALUES ('{item.name}')")  # expect: python-sql-injection


def search(request):
    term = request.GET["q"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM books WHERE title LIKE '%%%s%%'" % term)  # expect: python-sql-injection
    Book.objects.raw("SELECT * FROM books WHERE title = '" + term + "'")  # expect: python-sql-injection
    Book.objects.annotate(n=RawSQL(f"SELECT {term} FROM books", []))  # expect: python-sql-injection
    return Book.objects.extra(where=["title = '%s'" % term])  # expect: python-sql-injection


class BookDetail(DetailView):
    def get(self, request, slug):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM books WHERE slug = '{slug}'")  # expect: python-sql-injection


def lambda_handler(event, context):
    conn = connect()
    user = event["queryStringParameters"]["user"]
    with conn.cursor() as cur:
        cur.execute(f"DELETE FROM sessions WHERE user = '{user}'")  # expect: python-sql-injection
    athena.start_query_execution(QueryString="SELECT * FROM logs WHERE user = '" + user + "'")  # expect: python-sql-injection

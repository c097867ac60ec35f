"""Values from a request that are bound, converted or chosen from a fixed list."""

import sqlite3

from django.db import connection
from fastapi import APIRouter
from flask import Flask, abort, request
from psycopg2 import sql
from sqlalchemy import select, text

app = Flask(__name__)
router = APIRouter()
COLUMNS = {"name": "name", "age": "age"}


@app.route("/users")
def users():
    cursor = sqlite3.connect("app.db").cursor()
    name = request.args.get("name")
    cursor.execute("SELECT * FROM users WHERE name = ?", (name,))
    cursor.execute("SELECT * FROM users WHERE id = %d" % int(request.args["id"]))
    cursor.execute("SELECT * FROM users ORDER BY " + COLUMNS[request.args["order"]])
    cursor.execute("SELECT * FROM users ORDER BY " + COLUMNS.get(request.args["order"], "name"))
    order = request.args["order"]
    if order not in ("name", "age"):
        abort(400)
    return cursor.execute("SELECT * FROM users ORDER BY " + order)


@app.route("/users/<int:number>")
def user(number):
    return get_db().execute(f"SELECT * FROM users WHERE id = {number}")


@app.get("/orders")
def orders():
    status = request.args["status"]
    db.session.execute(select(Order).where(Order.status == status))
    db.session.execute(text("SELECT * FROM orders WHERE status = :status"), {"status": status})
    cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(request.args["table"])))
    return db.session.execute(select(Order).filter_by(status=status)).scalars()


@router.get("/items/{number}")
async def item(number: int, session: SessionDep):
    return await session.execute(text(f"SELECT * FROM items WHERE id = {number}"))


@router.post("/graphql")
async def graphql(body: Query):
    return await schema.execute(body.query)


def search(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM books WHERE title = %s", [request.GET["q"]])
    return Book.objects.raw("SELECT * FROM books WHERE title = %s", [request.GET["q"]])


def lambda_handler(event, context):
    use_case.execute(event["detail"])
    conn.cursor().execute("DELETE FROM sessions WHERE user = %s", (event["user"],))


def report(table):
    conn.cursor().execute(f"SELECT * FROM {table}")

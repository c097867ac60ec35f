"""Weak and safe twins: SQL."""

import sqlite3

import boto3
from django.db import connection
from fastapi import FastAPI
from flask import Flask, request

app = Flask(__name__)
api = FastAPI()


@app.get("/weak-1")
def weak_concat():
    db = sqlite3.connect("a.db")
    return str(db.execute("SELECT * FROM users WHERE name = '" + request.args["name"] + "'").fetchall())


@app.get("/safe-1")
def safe_parameter():
    db = sqlite3.connect("a.db")
    return str(db.execute("SELECT * FROM users WHERE name = ?", (request.args["name"],)).fetchall())


def weak_django(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM t WHERE id = %s" % request.POST["id"])


def safe_django(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM t WHERE id = %s", [request.POST["id"]])


@api.get("/weak-3/{name}")
def weak_fastapi(name: str):
    con = sqlite3.connect("a.db")
    return con.execute(f"SELECT * FROM t WHERE name = '{name}'").fetchall()


@api.get("/safe-3/{number}")
def safe_fastapi(number: int):
    con = sqlite3.connect("a.db")
    return con.execute(f"SELECT * FROM t WHERE id = {number}").fetchall()


def weak_partiql(event, context):
    client = boto3.client("dynamodb")
    return client.execute_statement(Statement=f"SELECT * FROM Orders WHERE id = '{event['pathParameters']['id']}'")


def safe_partiql(event, context):
    client = boto3.client("dynamodb")
    return client.execute_statement(
        Statement="SELECT * FROM Orders WHERE id = ?", Parameters=[{"S": event["pathParameters"]["id"]}]
    )


@app.get("/weak-5")
def weak_list():
    parts = []
    parts.append("SELECT * FROM t WHERE a = '")
    parts.append(request.cookies.get("a", ""))
    parts.append("'")
    sqlite3.connect("a.db").execute("".join(parts))


@app.get("/safe-5")
def safe_columns():
    columns = ", ".join(["a", "b"])
    sqlite3.connect("a.db").execute(f"SELECT {columns} FROM t WHERE a = ?", (request.cookies.get("a"),))


@app.get("/weak-6")
def weak_order():
    order = request.args.get("order", "name")
    sql = "SELECT * FROM t ORDER BY {}".format(order)
    cur = sqlite3.connect("a.db").cursor()
    cur.execute(sql)


@app.get("/safe-6")
def safe_order():
    order = request.args.get("order", "name")
    if order not in ("name", "age"):
        order = "name"
    sql = "SELECT * FROM t ORDER BY {}".format(order)
    cur = sqlite3.connect("a.db").cursor()
    cur.execute(sql)


@app.get("/weak-7")
def weak_match():
    match request.args.get("kind"):
        case "a":
            value = request.args["v"]
        case _:
            value = "fixed"
    sqlite3.connect("a.db").execute("DELETE FROM t WHERE v = '" + value + "'")


@app.get("/safe-7")
def safe_match():
    guess = "ABC"
    match guess[1]:
        case "A":
            value = request.args["v"]
        case "B":
            value = "fixed"
        case _:
            value = "other"
    sqlite3.connect("a.db").execute("DELETE FROM t WHERE v = '" + value + "'")

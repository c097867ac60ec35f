"""Queries for MongoDB that may hold operators."""

import pymongo
from flask import Flask, request

app = Flask(__name__)
users = pymongo.MongoClient().shop.users


@app.post("/login")
def login():
    body = request.get_json()
    user = users.find_one({"name": body["name"], "password": body["password"]})  # expect: python-nosql-injection
    users.delete_many(body)  # expect: python-nosql-injection
    return str(user)

"""Values of a known type."""

import pymongo
from bson import ObjectId
from flask import Flask, request

app = Flask(__name__)
users = pymongo.MongoClient().shop.users


@app.post("/login")
def login():
    body = request.get_json()
    users.find_one({"name": str(body["name"]), "age": int(body["age"])})
    users.find_one({"name": request.form["name"]})
    return str(users.find_one({"_id": ObjectId(body["id"])}))

"""Fixed hosts and checked addresses."""

import os
from urllib.parse import urlparse

import httpx
import requests
from fastapi import FastAPI
from flask import Flask, abort, request

app = Flask(__name__)
api = FastAPI()
API_URL = os.environ["API_URL"]
HOOKS = {"build": "https://ci.example.com/build"}


@app.route("/weather/<city>")
def weather(city):
    requests.get("https://api.example.com/weather/" + city, timeout=5)
    requests.get(f"https://api.example.com/weather/{city}", timeout=5)
    requests.get(f"{API_URL}/weather/{city}", timeout=5)
    requests.get(API_URL + "/weather/" + city, timeout=5)
    requests.get(HOOKS[city], timeout=5)
    return requests.get("https://api.example.com/weather", params={"city": city}, timeout=5).text


@app.route("/fetch")
def fetch():
    url = request.args["url"]
    if urlparse(url).hostname not in {"www.example.com"}:
        abort(400)
    return requests.get(url, timeout=5).text


class Client:
    def user(self, event, context):
        return httpx.get(f"{self.base_url}/users/{event['user']}")


def handler(event, context):
    cache.get(event["url"])
    return httpx.get(f"https://{API_URL}/users/{event['user']}").json()

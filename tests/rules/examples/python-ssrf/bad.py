"""Outgoing requests to where a request says."""

import urllib.request

import aiohttp
import httpx
import requests
from fastapi import FastAPI
from flask import Flask, request

app = Flask(__name__)
api = FastAPI()


@app.route("/fetch")
def fetch():
    url = request.args["url"]
    urllib.request.urlopen(url)  # expect: python-ssrf
    requests.post(f"http://{request.form['host']}/hook", json={})  # expect: python-ssrf
    session = requests.Session()
    session.get(url, timeout=5)  # expect: python-ssrf
    return requests.get(url, timeout=5).text  # expect: python-ssrf


@api.post("/webhook")
async def webhook(hook: Hook):
    async with httpx.AsyncClient() as client:
        await client.post(hook.url, json={})  # expect: python-ssrf
    async with aiohttp.ClientSession() as session:
        await session.get("https://" + hook.host)  # expect: python-ssrf


def proxy(request):
    return requests.request("GET", request.GET["target"])  # expect: python-ssrf


def handler(event, context):
    return httpx.get(event["url"]).json()  # expect: python-ssrf

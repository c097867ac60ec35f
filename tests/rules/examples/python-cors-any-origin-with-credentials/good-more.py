from flask import Flask, request

app = Flask(__name__)
ORIGINS = {"https://www.example.com"}


@app.after_request
def allow(response):
    origin = request.headers.get("Origin")
    if origin in ORIGINS:
        response.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin")
        response.headers["Access-Control-Allow-Credentials"] = "true"
    return response

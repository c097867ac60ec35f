"""Signing keys that come from outside the source."""

import os

import jwt
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
app.config["SESSION_COOKIE_NAME"] = "session"
app.secret_key = "dev"
jwt.encode({"sub": "user"}, app.secret_key, algorithm="HS256")
URLSafeTimedSerializer(app.config["SECRET_KEY"])

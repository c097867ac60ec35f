"""Signing keys written in the source; all are made up."""

import jwt
from fastapi import FastAPI
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from starlette.middleware.sessions import SessionMiddleware

app = Flask(__name__)
app.secret_key = "not-a-real-key"  # expect: python-signing-key-in-source
app.config["SECRET_KEY"] = "not-a-real-key"  # expect: python-signing-key-in-source
jwt.encode({"sub": "user"}, "not-a-real-key", algorithm="HS256")  # expect: python-signing-key-in-source
URLSafeTimedSerializer("not-a-real-key")  # expect: python-signing-key-in-source
api = FastAPI()
api.add_middleware(SessionMiddleware, secret_key="not-a-real-key")  # expect: python-signing-key-in-source

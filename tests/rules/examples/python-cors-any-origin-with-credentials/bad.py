"""Cross-origin calls with the user's cookies from everywhere."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from flask import Flask
from flask_cors import CORS

api = FastAPI()
api.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)  # expect: python-cors-any-origin-with-credentials
# expect-next: python-cors-any-origin-with-credentials
api.add_middleware(
    CORSMiddleware,
    allow_credentials=True,
    allow_methods=["*"],
    allow_origin_regex=".*",
)
CORS(Flask(__name__), origins="*", supports_credentials=True)  # expect: python-cors-any-origin-with-credentials

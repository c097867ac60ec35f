"""Named origins, or no credentials."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from flask import Flask
from flask_cors import CORS

api = FastAPI()
api.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"], allow_credentials=True)
api.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"])
CORS(Flask(__name__), origins="*")
CORS(Flask(__name__), origins=["https://app.example.com"], supports_credentials=True)

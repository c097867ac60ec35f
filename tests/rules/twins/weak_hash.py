"""Weak and safe twins: broken hashes."""

import hashlib

from Crypto.Hash import MD5, SHA256
from cryptography.hazmat.primitives import hashes
from flask import Flask, request

app = Flask(__name__)


@app.post("/weak-1")
def weak_md5():
    return hashlib.md5(request.form["text"].encode()).hexdigest()


@app.post("/safe-1")
def safe_sha256():
    return hashlib.sha256(request.form["text"].encode()).hexdigest()


@app.post("/weak-2")
def weak_new():
    digest = hashlib.new("md5")
    digest.update(request.form["text"].encode())
    return digest.hexdigest()


@app.post("/safe-2")
def safe_new():
    digest = hashlib.new("sha512")
    digest.update(request.form["text"].encode())
    return digest.hexdigest()


@app.post("/weak-3")
def weak_sha1():
    digest = hashlib.sha1()
    digest.update(request.form["text"].encode())
    return digest.hexdigest()


@app.post("/safe-3")
def safe_checksum():
    return hashlib.md5(request.form["text"].encode(), usedforsecurity=False).hexdigest()


@app.post("/weak-4")
def weak_crypto():
    return MD5.new(request.form["text"].encode()).hexdigest()


@app.post("/safe-4")
def safe_crypto():
    return SHA256.new(request.form["text"].encode()).hexdigest()


@app.post("/weak-5")
def weak_cryptography():
    digest = hashes.Hash(hashes.SHA1())
    digest.update(request.form["text"].encode())
    return digest.finalize().hex()


@app.post("/safe-5")
def safe_cryptography():
    digest = hashes.Hash(hashes.SHA3_256())
    digest.update(request.form["text"].encode())
    return digest.finalize().hex()


@app.post("/weak-6")
def weak_by_variable():
    algorithm = "md5"
    return hashlib.new(algorithm, request.form["text"].encode()).hexdigest()


@app.post("/safe-6")
def safe_by_variable():
    algorithm = "sha3_256"
    return hashlib.new(algorithm, request.form["text"].encode()).hexdigest()

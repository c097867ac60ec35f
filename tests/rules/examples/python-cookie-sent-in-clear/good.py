from flask import Flask

app = Flask(__name__)
app.config["SESSION_COOKIE_SECURE"] = True
INSTALLED_APPS = ["django.contrib.auth"]
SESSION_COOKIE_SECURE = True


def login(response, value, is_production):
    response.set_cookie("session_id", value, secure=True, httponly=True, samesite="Lax")
    response.set_cookie("colour", value, secure=False)
    response.set_cookie("session_id", value, secure=is_production)

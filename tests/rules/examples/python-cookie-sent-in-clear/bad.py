from flask import Flask

app = Flask(__name__)
app.config["SESSION_COOKIE_SECURE"] = False  # expect: python-cookie-sent-in-clear
INSTALLED_APPS = ["django.contrib.auth"]
SESSION_COOKIE_SECURE = False  # expect: python-cookie-sent-in-clear


def login(response, value):
    response.set_cookie("session_id", value, secure=False)  # expect: python-cookie-sent-in-clear
    response.set_cookie("auth-token", value, secure=True, httponly=False)  # expect: python-cookie-sent-in-clear
    response.set_cookie(key="jwt", value=value, secure=False)  # expect: python-cookie-sent-in-clear

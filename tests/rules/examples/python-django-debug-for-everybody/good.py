import os

INSTALLED_APPS = ["django.contrib.auth"]
DEBUG = os.environ.get("DEBUG") == "1"
ALLOWED_HOSTS = ["*"]

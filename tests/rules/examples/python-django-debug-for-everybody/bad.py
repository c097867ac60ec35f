INSTALLED_APPS = ["django.contrib.auth"]
DEBUG = True  # expect: python-django-debug-for-everybody
ALLOWED_HOSTS = ["*"]

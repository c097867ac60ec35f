DEBUG = True
ALLOWED_HOSTS = ["localhost"]

"""Django settings of django-cors-headers."""

DEBUG = False
CORS_ALLOW_ALL_ORIGINS = True  # expect: python-cors-any-origin-with-credentials
ROOT_URLCONF = "site.urls"
CORS_ALLOW_CREDENTIALS = True

"""Secrets from a generator of one's own, and from other distributions."""

import random

generator = random.Random()
password = generator.randint(100000, 999999)  # expect: python-predictable-secret
session_token = str(random.gauss(0, 1))  # expect: python-predictable-secret

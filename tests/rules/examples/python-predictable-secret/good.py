"""Secrets from the secrets module, and random values that are no secrets."""

import random
import secrets
import string


def invite(user):
    reset_token = secrets.token_urlsafe(32)
    delay = random.uniform(0, 1)
    color = random.choice(["red", "green"])
    tokens = random.sample(user.words, 3)
    keyboard = random.randint(0, 5)
    return reset_token, delay, color, tokens, keyboard


def generate_password(length):
    return "".join(secrets.choice(string.printable) for _ in range(length))


def next_token(sentence):
    return random.choice(sentence)

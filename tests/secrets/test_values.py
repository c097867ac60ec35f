"""Drawn values differ from names, words and patterns; names that are about a secret from names of secrets."""

from __future__ import annotations

import string

import pytest

from scangate.secrets.names import is_about_secret, says_secret
from scangate.secrets.values import is_random, is_repetitive, is_weak, is_words
from tests.support.fake_secrets import seeded_text


@pytest.mark.parametrize("length", [16, 20, 32, 40, 64])
@pytest.mark.parametrize(
    "alphabet", [string.hexdigits[:16], string.ascii_letters + string.digits, string.ascii_lowercase + string.digits]
)
def test_drawn_values_are_random(length: int, alphabet: str) -> None:
    drawn = [seeded_text(f"{length} {number} {alphabet}", length, alphabet) for number in range(60)]
    assert sum(map(is_random, drawn)) >= 57


@pytest.mark.parametrize(
    "value",
    [
        *("password", "django.contrib.auth", "SomeCamelCaseIdentifier", "a-name-of-a-thing-2", "secrets/prod/db", "X_SECRETS_PATH"),
        *(
            "aaaaaaaaaaaaaaaaaaaa",
            "1234567890123456",
            "abcabcabcabcabc",
            "orders-production-dead-letter-queue",
            "2024-01-01T00:00:00",
        ),
    ],
)
def test_names_and_patterns_are_not_random(value: str) -> None:
    assert not is_random(value)


@pytest.mark.parametrize("value", ["aaaaaa", "abcabcabc", "qwertyuiop", "12345678", "xx-xx-xx", "a"])
def test_patterns_are_repetitive(value: str) -> None:
    assert is_repetitive(value)


def test_a_weak_value_is_one_that_a_person_makes_up() -> None:
    assert all(map(is_weak, ("hunter2", "password1", "secretpw", "my-pass-word")))
    assert not any(map(is_weak, ("x!9#kQ2$vL@p", seeded_text("weak", 24))))


@pytest.mark.parametrize(
    "name",
    [
        *("password_hasher", "SecretId", "secrets_path_env", "tokenUrl", "PASSWORD_RESET_SUBJECT", "passwordKey", "salt"),
        *("noPasswordAuthMechanisms", "localKeyIdHex", "oauth_consumer_key", "AUTH_MAGIC", "HTTPPasswordMgr", "PasswordRealm"),
    ],
)
def test_a_name_about_a_secret(name: str) -> None:
    assert is_about_secret(name)
    assert not says_secret(name)


@pytest.mark.parametrize(
    "name", ["password", "db_password", "ClientSecret", "API_KEY", "authToken", "dbPasswd", "private_key", "SECRET_KEY"]
)
def test_a_name_of_a_secret(name: str) -> None:
    assert says_secret(name)


def test_words_are_names_and_a_run_of_capitals_is_not() -> None:
    assert all(map(is_words, ("my-service", "OS-OAUTH:access_token", "prod/api:token", "HEADER", "groups")))
    assert not any(map(is_words, ("AKIA" + "QXXAVRWUVUFOIBMF", "k2-b", "a b 1")))

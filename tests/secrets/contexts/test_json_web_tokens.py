"""A token that names no user is a sample; one that names a user, an end or a drawn value is not."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from scangate.secrets.contexts.json_web_tokens import is_sample_jwt
from tests.support.fake_secrets import seeded_text


def encode(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token(payload: Any) -> str:
    return f"{encode({'alg': 'HS256', 'typ': 'JWT'})}.{encode(payload)}.{seeded_text('signature', 43)}"


@pytest.mark.parametrize(
    "payload",
    [
        *({"some": "payload"}, {"a": "b"}, {"test": 1234}, ["test"], ["invalid", "claims"]),
        {"sub": "1234567890", "name": "John Doe", "iat": 1516239022},
    ],
)
def test_a_word_or_two_are_a_sample(payload: Any) -> None:
    compact = base64.urlsafe_b64encode(json.dumps(payload, separators=(",", ":")).encode()).decode().rstrip("=")
    assert is_sample_jwt(f"{encode({'alg': 'HS256'})}.{compact}.{seeded_text('signature', 43)}")


@pytest.mark.parametrize(
    "payload",
    [
        *({"sub": "me"}, {"iss": "corp"}, {"exp": 1}, {"user_id": 3}, {"email": "a"}, {"scope": "all"}, {"isAdmin": True}),
        *({"key": seeded_text("drawn", 16)}, {"a": "b", "c": "d", "e": "f"}, {"number": 1516239022}, {"a": {"b": "c"}}, "text", 7),
    ],
)
def test_a_token_that_may_open_something_is_none(payload: Any) -> None:
    assert not is_sample_jwt(token(payload))


def test_other_texts_are_none() -> None:
    assert not any(map(is_sample_jwt, ("", "eyJ", token({"a": "b"})[:30], f"eyJ{'a' * 40}.eyJ{'b' * 40}.c", seeded_text("x", 40))))

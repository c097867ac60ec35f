"""A digest shows whether two secrets are the same under one salt, and little else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from scangate.scan.secret_digest import SecretHasher

ONE, OTHER = SecretHasher(b"one salt"), SecretHasher(b"another salt")


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_two_values_have_two_digests_and_one_value_one(first: str, second: str) -> None:
    assert (ONE.digest(first) == ONE.digest(second)) is (first == second)
    assert SecretHasher(b"one salt").digest(first) == ONE.digest(first)


def test_different_salt_gives_different_digest() -> None:
    assert ONE.digest("a value") != OTHER.digest("a value")


def test_a_digest_is_short() -> None:
    assert len(ONE.digest("a value" * 1000)) == 8


def test_digest_needs_a_salt_and_a_value() -> None:
    assert SecretHasher(b"").digest("a value") == ONE.digest("") == ""


def test_no_value_is_remembered() -> None:
    salt = SecretHasher(b"one salt")
    salt.digest("hunter2hunter2")
    assert "hunter2hunter2" not in repr(vars(salt))


def test_the_same_value_is_made_into_a_digest_once() -> None:
    """Ten thousand times the same value, which would take minutes made each time anew, are remembered."""
    salt = SecretHasher(b"one salt")
    assert len({salt.digest("the same") for _ in range(10_000)}) == 1
    assert len(vars(salt)["_digests"]) == 1

"""A text that begins as a token of a provider and goes on with words is a sample; a token is none."""

from __future__ import annotations

import pytest

from scangate.content.identification import identify
from scangate.model import SecretClass
from scangate.secrets.contexts.public_keys import is_public_key
from scangate.secrets.contexts.token_forms import is_sample_token
from scangate.secrets.detection import Detection
from scangate.secrets.text import ScannedText
from tests.support.fake_secrets import seeded_text
from tests.support.token_samples import sample


def detect(value: str, secret_class: SecretClass = SecretClass.ASSIGNMENT) -> tuple[Detection, ScannedText]:
    """A detection of a value that is assigned."""
    content = f'api_key = "{value}"\n'
    start = content.index(value)
    text = ScannedText("a.py", identify("a.py", content.encode()), content)
    return Detection(start=start, end=start + len(value), rule="x", secret_class=secret_class, value=value), text


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("glsa_", "super_secret_token"),
        ("sk-ant-api03-", "phoenix-falcon-olive"),
        ("hvs.", "for.review"),
        ("tvly-dev-", "key"),
        ("shpat_", "Harbor_Lake_2024"),
        ("dop_v1_", "staging"),
    ],
)
def test_words_after_the_start_of_a_token_are_a_sample(start: str, words: str) -> None:
    assert is_sample_token(*detect(start + words))


@pytest.mark.parametrize(
    "value",
    [
        "live_" + "long_and_prosper",
        "harbor-lake-kettle",
        "glsa_" + sample("[0-9A-Za-z]{32}_[0-9a-f]{8}", "glsa"),
        "glpat-" + seeded_text("letters", 20).lower(),
    ],
)
def test_a_password_of_words_and_a_token_are_none(value: str) -> None:
    assert not is_sample_token(*detect(value))


@pytest.mark.parametrize(
    ("value", "is_public"),
    [
        ("pk.eyJ1Ijoi" + sample("[0-9A-Za-z]{60}[.][0-9A-Za-z]{22}", "map"), True),
        ("sk.eyJ1Ijoi" + sample("[0-9A-Za-z]{60}[.][0-9A-Za-z]{22}", "map"), False),
        ("sb_publishable_" + sample("[0-9A-Za-z]{22}_[0-9A-Za-z]{8}", "supabase"), True),
        ("sb_secret_" + sample("[0-9A-Za-z]{22}_[0-9A-Za-z]{8}", "supabase"), False),
        ("rzp_live_" + sample("[0-9A-Za-z]{14}", "razorpay"), True),
        ("sub-c-" + sample("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}", "pubnub"), True),
        ("sec-c-" + sample("[0-9A-Za-z]{48}", "pubnub"), False),
    ],
)
def test_the_public_one_of_two_keys_is_public(value: str, is_public: bool) -> None:
    assert is_public_key(*detect(value, SecretClass.TOKEN)) is is_public

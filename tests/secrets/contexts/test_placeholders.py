"""Words, names and examples are rated as placeholders; possible secrets are not, and every value is decided in time."""

from __future__ import annotations

import pytest

from scangate.model import SecretClass
from scangate.secrets.contexts import placeholders
from scangate.secrets.detection import Detection
from scangate.secrets.text import ScannedText
from scangate.tools.detect_secrets_job import CLASSES, slugify
from tests.support.fake_secrets import fake_secret, fake_tokens, seeded_text

KEYWORD, URL, KEY = "Secret Keyword", "Basic Auth Credentials", "Private Key"
NONE = (
    *(
        "password",
        "Secret",
        "some_password",
        "your-api-key-id",
        "defaultsecret",
        "notsupplied",
        "xxxxxxxx",
        "********",
        "change-me",
    ),
    *("__TODO:_GENERATE_YOUR_OWN_RANDOM_VALUE_HERE__", "reset_password_token", "PASSWORD_RESET_KEY", "resetPassword"),
    *("iam:ChangePassword", "arn:aws:iam::aws:policy/IAMUserChangePassword", "/etc/ssl/private/server.key"),
    *("https://docs.example.com/en/passwords/", "%(password)s", "Forgot your password?", "Passwort bitte hier eingeben:"),
    *("apikey", "foobar", "secretFromFile", "APIKeyHeader", "auth.token.name", "We have sent you a mail, look there"),
    *("wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY", "django.contrib.auth.password_validation.CommonPasswordValidator"),
)
SOME = (
    *("hunter2", "admin", "root", "letmein", "tr0ub4dor&3-horse", "Wint3r!sComing-42", "correct horse battery staple", "s3cret"),
    *(
        "password1",
        "thisismysecretkey9",
        fake_secret("one"),
        seeded_text("two", 40),
        f"https://example.com/{seeded_text('three', 24)}",
    ),
    *(
        "compass-river-stone-garden",
        "MonkeyBusiness",
        "prod-db-password",
        "letmein-secret",
        "MyCompanySecret",
        "SuperSecretPassword",
    ),
    *("keyboard-author", "Correct horse battery staple", "Correct horse battery staple and more words", "from_file"),
    *("arn", "abc123", f"{fake_secret('four')}/{fake_secret('five')}", "(x9!kd)", "Tr1ck.Word.Key9"),
)


def is_placeholder(kind: str, value: str, lines: list[str], line: int) -> bool:
    """Whether a value that the plugin ``kind`` reported in ``line`` (from 1) is a placeholder."""
    text = ScannedText("a.py", "python", "\n".join(lines))
    start = text.offset(line, 1) + max(lines[line - 1].find(value), 0)
    secret_class = CLASSES.get(kind, SecretClass.TOKEN)
    return placeholders.is_placeholder(
        Detection(start=start, end=start + len(value), rule=slugify(kind), secret_class=secret_class, value=value), text
    )


@pytest.mark.parametrize("value", NONE)
def test_words_names_and_examples_are_placeholders(value: str) -> None:
    assert is_placeholder(KEYWORD, value, [f'password = "{value}"'], 1)


@pytest.mark.parametrize("value", SOME)
def test_possible_secrets_are_not_placeholders(value: str) -> None:
    assert not is_placeholder(KEYWORD, value, [f'password = "{value}"'], 1)


def test_a_word_is_judged_by_the_assigned_name() -> None:
    for name in ("secret_from", "passwordField", "token_type"):
        assert is_placeholder(KEYWORD, "config", [f'{name} = "config"'], 1)
        assert not is_placeholder(KEYWORD, "config7", [f'{name} = "config7"'], 1)
    assert is_placeholder(KEYWORD, "config", ['secret = "config"'], 1)  # systems issue no words
    assert not is_placeholder(KEYWORD, "config", ['password = "config"'], 1)
    assert not is_placeholder(KEYWORD, "config7x2", ['secret = "config7x2"'], 1)


def test_a_word_as_the_password_in_a_url() -> None:
    assert is_placeholder(URL, "pass", ["http://user:pass@example.com"], 1)
    assert not is_placeholder(URL, "sekrit7", ["http://user:sekrit7@example.com"], 1)
    assert not is_placeholder(URL, "resetPassword", ["http://user:resetPassword@example.com"], 1)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1:80/x",
        "[::1]:5432",
        "db.example.com:5432/db",
        "example.org.",
        "host:port/db",
        "a.test/",
        "myserver.com/",
    ],
)
@pytest.mark.parametrize("word", ["pass", "password", "pwd", "passwd", "secret", "changeme"])
def test_a_word_for_a_documentation_host_is_a_placeholder(word: str, host: str) -> None:
    assert is_placeholder(URL, word, [f'url = "http://user:{word}@{host}"'], 1)


@pytest.mark.parametrize(
    "host",
    ["db.corp.net", "db", "localhost.corp.net", "example.com.corp.net", "localhost:80@corp.net", "localhost@corp.net", "$HOST", ""],
)
def test_a_word_for_a_real_host_is_a_password(host: str) -> None:
    for word in ("pass", "password", "secret", "changeme"):
        assert not is_placeholder(URL, word, [f'url = "http://user:{word}@{host}"'], 1)
        assert not is_placeholder(URL, word, [f"http://user:{word}@localhost http://user:{word}@{host}"], 1)
        assert not is_placeholder(URL, word, ["another line"], 1)
    assert is_placeholder(URL, "%(password)s", [f"http://user:%(password)s@{host}"], 1)


def test_a_key_has_a_body() -> None:
    head = fake_tokens("a")["Private Key"]
    body = seeded_text("body", 64)
    assert is_placeholder(KEY, head, [f'if line.startswith("{head}"):', "    return parse(line)"], 1)
    assert not is_placeholder(KEY, head, [head, body], 1)
    assert not is_placeholder(KEY, head, [f'key = "{head}\\n{body}"'], 1)
    assert not is_placeholder(KEY, head, [head, "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,00", "", body], 1)


def test_a_split_or_distant_key_body_is_found() -> None:
    head = fake_tokens("a")["Private Key"]
    end = head.replace("BEGIN", "END")
    pieces = [f'    "{seeded_text(f"piece {number}", 20)}\\n"' for number in range(6)]
    assert not is_placeholder(KEY, head, [f'key = ("{head}\\n"', *pieces, f'    "{end}")'], 1)
    headers = [f"X-Header-{number}: some text" for number in range(30)]
    assert not is_placeholder(KEY, head, [head, *headers, "", seeded_text("body", 64), end], 1)
    assert not is_placeholder(KEY, head, [head, *headers, "", *pieces, end], 1)
    assert not is_placeholder(KEY, head, [f'"{head}{seeded_text("close", 64)}{end}"'], 1)
    assert is_placeholder(KEY, head, [head, *headers, end, seeded_text("body", 64)], 1)
    assert is_placeholder(KEY, head, [head, *["x"] * 201, seeded_text("body", 64), end], 1)


def test_code_that_mentions_a_key_has_no_body() -> None:
    head = fake_tokens("a")["Private Key"]
    calls = "".join(f'push("{seeded_text(f"call {number}", 20)}");' for number in range(40))
    assert is_placeholder(KEY, head, [f'{calls}push("{head}"),push(armor(e));{"t" * 160};{calls}'], 1)
    assert not is_placeholder(KEY, head, [f'{calls}push("{head}\\n{seeded_text("body", 64)}");{calls}'], 1)


def test_a_public_key_is_no_body_of_a_private_one() -> None:
    head = fake_tokens("a")["Private Key"]
    body = seeded_text("body", 64)
    elided = f'private_key = "{head}\\n{body[:20]}..."'
    for kind in ("PUBLIC KEY", "CERTIFICATE"):
        public = f"-----BEGIN {kind}-----\\n{body}"
        assert is_placeholder(KEY, head, [elided, f'public_key = "{public}"'], 1)
        assert not is_placeholder(KEY, head, [f'"{head}\\n{body}\\n{public}"'], 1)


def test_a_piece_again_and_again_is_no_body() -> None:
    head = fake_tokens("a")["Private Key"]
    lines = ["s3cr3t" * 10, "s3cr3t" * 10, "s3cr3t"]
    assert is_placeholder(KEY, head, [head, *lines, head.replace("BEGIN", "END")], 1)
    assert not is_placeholder(KEY, head, [head, *lines, seeded_text("body", 64), head.replace("BEGIN", "END")], 1)


def test_a_provider_token_is_never_a_placeholder() -> None:
    assert is_placeholder("AWS Access Key", "AKIA" + "IOSFODNN7" + "EXAMPLE", ["x"], 1)
    for kind, value in fake_tokens("b").items():
        if kind != KEY:
            assert not is_placeholder(kind, value, [value], 1)


@pytest.mark.parametrize("piece", ["x", "pass", "password", "a", "key_", "Word ", "ab.", "a/", "1", "*", "a-", "Aa", "%(a"])
def test_a_hostile_value_is_decided_in_time(piece: str) -> None:
    """With a pattern that tries all ways to read these, the test would not end."""
    for end in ("!", "\u20ac"):
        for value in (piece * 3_000 + end, piece * (60 // len(piece)) + end):
            line = f'secret_from = "{value}"'
            assert is_placeholder(KEYWORD, value, [line], 1) is is_placeholder(KEYWORD, value, [line, ""], 1)

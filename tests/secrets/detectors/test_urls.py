"""Passwords in URLs: their exact places, decoded, with user and host."""

from __future__ import annotations

import pytest

from scangate.secrets.detectors import urls
from tests.support.secret_places import PASSWORD, check_hostile, check_places, detections, fill

FOUND = (
    "redis://:{pw}@cache.internal:6379/0",
    "DATABASE_URL=postgres://app:{pw}@db.internal:5432/app",
    'url = "mongodb+srv://app:{pw}@cluster0.ab1.mongodb.net/x?retryWrites=true"',
    "a: amqp://u:{pw}@one/ b: amqp://u:{other}@two/",
    "amqp://u:{pw}@one,amqp://u:{other}@two",
    '{"url": "https:\\/\\/ci:{pw}@git.internal\\/repo.git"}',
    "git clone https://oauth2:{pw}@gitlab.internal/group/repo.git",
    "ftp://u:{pw}@10.0.0.1/x",
    "jdbc:mysql://u:{pw}@db:3306/x",
    "jdbc:postgresql://db/x?user=u&password={pw}&ssl=true",
    "https://api.internal/v1?client_secret={pw}&x=1",
    '"https://api.internal/v1?x=1&amp;sslpassword={pw}"',
    "postgres://u:{pw}@${DB_HOST}:5432/x",
)
SILENT = (
    "redis://:${REDIS_PASSWORD}@cache",
    "postgres://user:$PASSWORD@db",
    "postgres://%s:%s@%s/%s",
    'f"postgres://{user}:{password}@{host}/x"',
    '"postgres://" + user + ":" + password + "@db"',
    "https://user:********@host",
    "https://<user>:<password>@host",
    "postgres://{{ user }}:{{ password }}@{{ host }}",
    "https://github.com/org/repo@v1",
    "http://localhost:8080/path@x",
    "http://host:80/a:b@c",
    r"re.compile(r'://[^:]+:[^@]+@')",
    "git@github.com:org/repo.git, https://a.b/c?page=2&token=abc",
    "https://cdn.jsdelivr.net/npm/x@1.2.3/y.js",
    "https://x/?password=${PASSWORD}",
    "https://fonts.googleapis.com/css2?family=Inter:wght@400;700",
    "see /login?password=required",
)


@pytest.mark.parametrize("template", FOUND)
def test_passwords_are_found_in_their_places(template: str) -> None:
    check_places(urls, template)


@pytest.mark.parametrize("text", SILENT)
def test_references_and_other_urls_are_not(text: str) -> None:
    assert not detections(urls, text)


@pytest.mark.parametrize("password", ["pa@ss:wo", "a:b", "x@@y", "p#w", "pa%2Fss"])
def test_delimiters_in_a_password(password: str) -> None:
    (found,) = detections(
        urls, f"postgres://app:{password}@db.internal:5432/x" if "#" not in password else f"postgres://app:{password}@db.internal/x"
    )
    assert (found.value, found.user, found.host) == (password.replace("%2F", "/"), "app", "db.internal")


def test_user_and_host_are_named() -> None:
    text, _ = fill("redis://:{pw}@[::1]:6379 smb://me%40x:{pw}@files:445/")
    assert [(found.user, found.host, found.value) for found in detections(urls, text)] == [
        ("", "[::1]:6379", PASSWORD),
        ("me@x", "files", PASSWORD),
    ]


@pytest.mark.parametrize(
    ("template", "host"),
    [("postgres://me:{pw}@/db", "localhost"), ('url = "postgres://me:{pw}@" + host', ""), ("sqs://me:{pw}@", "")],
)
def test_an_empty_host_before_a_path_is_this_machine(template: str, host: str) -> None:
    text, _ = fill(template)
    assert [found.host for found in detections(urls, text)] == [host]


def test_hostile_text_takes_linear_time() -> None:
    check_hostile(
        urls, ["://a:b@c ", "://", "x://a:", "://a:@", "a?pwd=xx&", "://a?pwd=xx", "x://:@@@@", "a://b:c/d@e,", "x://a:b/"]
    )

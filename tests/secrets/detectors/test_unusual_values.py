"""Secrets under names, in forms and in files where none is expected, and what only looks like them."""

from __future__ import annotations

import pytest

from scangate.content.identification import identify
from scangate.secrets.assessment import assess
from scangate.secrets.detectors import find_secrets
from scangate.secrets.text import ScannedText
from scangate.secrets.weighing import HARDLY_A_SECRET
from tests.support.fake_secrets import seeded_text

DRAWN = "Z7" + seeded_text("unusual", 22)
SCRAMBLED = "".join("bcdfghjklmnpqrtvwxz"[ord(letter) % 19] for letter in seeded_text("scrambled", 20))


def blocking(path: str, content: str) -> list[str]:
    """The texts that are found, but for those that are hardly secrets."""
    text = ScannedText(path, identify(path, content.encode()), content)
    found = [each.parts[0] for each in assess(text, find_secrets(text)) if each.severity > HARDLY_A_SECRET[0]]
    return [text.lines[line - 1][start - 1 : end - 1] for line, start, end in found]


@pytest.mark.parametrize(
    ("path", "content", "value"),
    [
        ("a.py", 'token_name = "VALUE"\n', DRAWN),
        ("a.py", 'PASSWORD_FIELD = "VALUE"\n', DRAWN),
        ("a.env", "AUTH_TOKEN_HEADER=VALUE\n", DRAWN),
        ("a.py", 'client_secret = "VALUE"\n', SCRAMBLED),
        ("a.env", "API_TOKEN=VALUE\n", SCRAMBLED),
        ("a.py", 'password = "VALUE"\n', "$t#9!x&K(2)^"),
        ("a.sh", "curl --user 'svc:VALUE' https://a.corp.net\n", "p&@#K5mv_G"),
        (".cargo/config.toml", '[registries.corp]\ntoken = "Bearer VALUE"\n', DRAWN),
        ("auth.json", '{"gitlab-token": {"gitlab.corp.net": "VALUE"}}\n', DRAWN),
        ("auth.json", '{"bearer": {"repo.corp.net": "VALUE"}}\n', DRAWN),
        ("a.py", 'url = "mongodb://svc:VALUE@db1.corp.net:27017,db2.corp.net:27017/admin"\n', DRAWN),
    ],
)
def test_it_is_found(path: str, content: str, value: str) -> None:
    assert any(value in found for found in blocking(path, content.replace("VALUE", value)))


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.py", 'token_name = "csrfmiddlewaretoken"\n'),
        ("a.py", 'PASSWORD_FIELD = "django.forms.fields.CharField2"\n'),
        ("a.py", 'client_secret = "internationalization"\n'),
        ("a.py", 'api_token = "workflow_checker_token_key"\n'),
        ("a.py", 'password = "$HOME/$USER"\n'),
        ("a.json", '{"bearer": {"repo.corp.net": "${BEARER}"}}\n'),
        (
            "a.json",
            '{"reset-password": "URL:en till en sida f\u00f6r \u00e5terst\u00e4llning av l\u00f6senord"}\n',
        ),
        ("a.json", '{"placeholder.reset-password": "ex: https://shop.example/reset-password"}\n'),
        ("a.js", "yup.test('password-validation', 'Password must be at least 1 character', check)\n"),
        ("a.json", '{"x": "if (_.has(body) && (password == null || password === 0) && user=1;) {"}\n'),
        ("a.js", 'value = value.split(token + "*").join(token + "{0," + max + "}").split(token + "+").join(token + "{1,")\n'),
        ("a.js", "const n = '{ \"csrfmiddlewaretoken\": \"' + CMS.config.csrf + '\" }';\n"),
        ("a.js", 'value = value.split(token + "{1," + max + "}").join(token + "{0," + max + "}")\n'),
        ("a.js.map", '{"x": "(typeof body.refreshToken ? body.refreshToken : undefined);\\n"}\n'),
        ("a.json", '{"type_key": "Shape.4b53b73df342381d0d05c5f36183dc99cb9676e2"}\n'),
    ],
)
def test_what_looks_like_it_is_not(path: str, content: str) -> None:
    assert blocking(path, content) == []

"""Values assigned to names for secrets are found in the syntax of each language and format; other strings are not."""

from __future__ import annotations

import pytest

from scangate.content.identification import identify
from scangate.secrets.detectors.assignments import find
from scangate.secrets.text import ScannedText
from tests.support.fake_secrets import seeded_text

WORD = seeded_text("a password", 14)


def found(path: str, content: str) -> list[str]:
    """The values in a file."""
    text = ScannedText(path, identify(path, content.encode()), content)
    detections = list(find(text))
    assert all(text.text[each.start : each.end] in each.value or "\\" in text.text[each.start : each.end] for each in detections)
    return [each.value for each in detections]


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("a.py", 'db_password: str = "{}"'),
        ("a.py", 'PASSWORD = b"{}"'),
        ("a.py", "settings = {{'password': '{}'}}"),
        ("a.py", 'connect(host="db", password="{}")'),
        ("a.py", 'KEY = os.environ.get("SECRET_KEY", "{}")'),
        ("a.py", 'client.set_password("{}")'),
        ("a.py", 'if password == "{}":'),
        ("a.py", "config['db_password'] = '{}'"),
        ("a.ts", "const apiToken: string = '{}';"),
        ("a.js", "const secret = process.env.APP_SECRET || '{}';"),
        ("a.go", 'const dbPassword string = "{}"'),
        ("a.go", 'password := "{}"'),
        ("A.java", 'private static final String PASSWORD = "{}";'),
        ("A.java", 'props.put("db.password", "{}");'),
        ("a.php", "define('DB_PASSWORD', '{}');"),
        ("a.php", "'secret' => env('APP_SECRET', '{}'),"),
        ("a.rb", 'password: ENV.fetch("DB_PASSWORD") {{ "{}" }},'),
        ("a.cs", 'var password = @"{}";'),
        ("a.c", '#define ADMIN_PASSWORD ("{}")\nchar *password = "{}";'),
        ("a.sh", "export DB_PASSWORD={}"),
        ("a.sh", 'TOKEN="{}"'),
        ("a.bats", "setup() {{\n  export DB_PASSWORD={}\n}}"),
        ("justfile", "deploy:\n    DB_PASSWORD={}\n"),
        (".env", "DB_PASS={}"),
        ("a.ini", "[db]\npassword = {}"),
        ("a.properties", "spring.datasource.password={}"),
        ("a.tf", 'password = "{}"'),
        ("a.yml", "db:\n  password: {}"),
        ("a.yml", "environment:\n  - PASSWORD={}"),
        ("a.json", '{{"apiToken": "{}"}}'),
        ("a.toml", '[db]\npassword = "{}"'),
        ("Dockerfile", "FROM a\nENV DB_PASSWORD={}"),
        ("a.xml", '<add key="x" password="{}"/>'),
        ("README.md", "Run it with `TOKEN={}`"),
    ],
)
def test_an_assigned_value_is_found(path: str, template: str) -> None:
    assert WORD in found(path, template.format(WORD, WORD) + "\n")


def test_a_value_that_is_put_together_is_one() -> None:
    text = ScannedText("a.py", "python", 'token = "abcd" + "EFGH1234" + \\\n    "xyz987"\nother = "x"\n')
    (detection,) = find(text)
    assert detection.value == "abcdEFGH1234xyz987"
    assert [text.text[start:end] for start, end in detection.more] == ["EFGH1234", "xyz987"]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.py", "password = get_password()\n"),
        ("a.py", "password = settings.password\n"),
        ("a.py", 'password_field = "secret-input"\n'),
        ("a.py", 'token = "identifier"\n'),
        ("a.py", 'key = "some-cache-key-of-a-user"\n'),
        ("a.py", 'tokens = ["a", "b"]\n'),
        ("a.py", "max_age = 31449600\nallow_credentials = True\n"),
        ("a.rst", ">>> mysql323.verify('password', '5d2e19393cc5ef67')\n"),
        ("a.rst", ">>> scram.derive_digest('password', b'\\x01\\x02\\x03', 1000, 'sha-1')\n"),
        ("yarn.lock", '  integrity sha512-eqNDvZsCNY49OAXB0Firg/Sc2BgoWsntsLUdybGFOhAfCD6QJ2n9HXU8Pw==\n\n"@types/unist@*":\n'),
        ("a.md", "password: the password of the user, as it was typed\n"),
        ("a.yml", "token_url: https://auth.corp.net/oauth/token\n"),
        ("a.yml", "passwordPolicy: strong-enough\n"),
        ("a.js", "const passwordInput = document.getElementById('password');\n"),
        ("a.py", 'password = ""\n'),
    ],
)
def test_other_strings_are_not(path: str, content: str) -> None:
    assert not found(path, content)


@pytest.mark.parametrize("piece", ["password=", 'password="', "password: str ", "pw='\\", "token=a.b", "key ", "password('"])
def test_a_hostile_file_is_read_to_its_end(piece: str) -> None:
    text = ScannedText("a.txt", "text", piece * 2_000)
    assert all(0 <= each.start <= each.end <= len(text.text) for each in find(text))

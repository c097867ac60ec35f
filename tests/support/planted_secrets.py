"""Secrets made up on the spot, the files that hold them, and a search for any piece of them in any form."""

from __future__ import annotations

import base64
import functools
import random
import string
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

HEX_DIGITS = frozenset("0123456789abcdef")
LETTERS = string.ascii_letters + string.digits
MIN_LEAK = 6  # characters of a secret that are too many
MIN_ALTERED_LEAK = 8  # of what a secret becomes in lower case, reversed or encoded: shorter pieces may be in a digest by chance


class PlantedSecrets:
    """``files`` hold ``values``: the parts of secrets that cannot be guessed, by what they are."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.files: dict[str, str | bytes] = {}
        self._plant_tokens()
        self._plant_passwords()
        self._plant_odd_files()

    def _make(self, name: str, length: int, letters: str = LETTERS) -> str:
        """A value with digits and both cases, as random as a real one."""
        draw = random.SystemRandom()
        while True:
            value = "".join(draw.choice(letters) for _ in range(length))
            if sum(sign.isdigit() for sign in value) >= 4 and len(set(value)) > length // 2:
                self.values[name] = value
                return value

    def _plant_tokens(self) -> None:
        make = self._make
        identity, key = make("aws id", 16, string.ascii_uppercase + string.digits), make("aws key", 40)
        self.files["src/aws.py"] = f'AWS_ACCESS_KEY_ID = "AKIA{identity}"\naws_secret_access_key = "{key}"\n'
        self.files["src/hub.yml"] = f"steps:\n  - run: deploy --with ghp_{make('github', 36)}\n"
        numbers = make("slack numbers", 12, string.digits), make("slack", 24)
        self.files["src/chat.txt"] = f"hook: xoxb-{numbers[0]}-{numbers[0]}-{numbers[1]}\n"
        self.files["src/pay.json"] = f'{{"pay": "sk_live_{make("stripe", 24)}"}}\n'
        claims = base64.urlsafe_b64encode(f'{{"sub":"{make("jwt claim", 20)}"}}'.encode()).decode().rstrip("=")
        head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
        self.files["src/session.py"] = f'TOKEN = "{head}.{claims}.{make("jwt signature", 43)}"\n'
        rows = "\n".join(make(f"key row {row}", 64, LETTERS + "+/") for row in range(12))
        pem = f"-----BEGIN RSA PRIVATE KEY-----\n{rows}\n-----END RSA PRIVATE KEY-----\n"
        self.files["src/server.pem"] = pem
        self.files["src/keys.py"] = f'import subprocess\nKEY = """{pem}"""\nsubprocess.call("load " + KEY, shell=True)\n'
        # the neighbour of a file bears its secret in its own name
        self.files[f"backup-ghp_{self.values['github']}/restore.py"] = 'import subprocess\nsubprocess.call("x" + y, shell=True)\n'

    def _plant_passwords(self) -> None:
        make = self._make
        url = f"https://admin:{make('url', 20)}@db.example.org/app"
        self.files["src/connect.py"] = f'import os\nURL = "{url}"\nos.system("curl {url} " + URL)\n'
        self.files["conf/app.yaml"] = f'database:\n  db_password: "{make("yaml", 20)}"\n'
        self.files[".env"] = f"SECRET_KEY='{make('dotenv', 24)}'\n"
        self.files["conf/app.json"] = f'{{\n  "api_key": "{make("json", 24)}"\n}}\n'
        waiver = f"scangate: ignore[bandit:B6*] -- password={make('waiver', 20)}, token {make('waiver token', 36)}"
        odd = f"scangate: ignore[bandit:B602, x:{make('waiver rule', 24)}, {make('waiver name', 24)}] -- see {url}"
        calls = f"subprocess.call(x, shell=True)  # {waiver}\n# {odd}\nsubprocess.call(x, shell=True)\n"
        dummy = f'db_password = "{make("waived", 20)}"  # scangate: ignore[bandit:B1*] -- a dummy\n'
        self.files["src/waived.py"] = f"import subprocess\n{calls}{dummy}"
        self.files["Dockerfile"] = f"FROM python:3.12\nENV DB_PASSWORD={make('docker', 20)}\nRUN curl http://example.org/x | sh\n"
        self.files["src/login.py"] = f'password = "{make("b105", 20)}"\nconnect(password="{make("b106", 20)}")\n'
        self.files["requirements.txt"] = (
            f"--index-url https://build:{make('index', 20)}@pypi.example.org/simple\nrequests==2.31.0\n"
        )

    def _plant_odd_files(self) -> None:
        self.files["src/broken.py"] = f'def f(:\n    api_key = "{self._make("syntax error", 24)}"\n'
        text = f'api_key = "{self._make("utf-16", 24)}"\r\n'
        self.files["conf/wide.ini"] = text.encode("utf-16")
        bare = f'api_key = "{self._make("utf-16 without mark", 24)}"\r\n'
        self.files["conf/bare.ini"] = bare.encode("utf-16-le")

    def leaks_in(self, data: bytes) -> list[str]:
        """Which secrets ``data`` gives away, and in what form."""
        found = set[str]()
        for length, labels in self._labels.items():
            windows = {data[at : at + length] for at in range(len(data) - length + 1)}
            found.update(labels[piece] for piece in labels.keys() & windows)
        return sorted(found)

    @functools.cached_property
    def _labels(self) -> dict[int, dict[bytes, str]]:
        """All pieces by their length, and which secret each is of, and in what form: looked up faster than searched for."""
        labels: dict[int, dict[bytes, str]] = {}
        for name, value in self.values.items():
            for form, piece in _pieces(value):
                labels.setdefault(len(piece), {}).setdefault(piece, f"{name}: {form}")
        return labels


def _pieces(value: str) -> Iterator[tuple[str, bytes]]:
    for form, text in _forms(value):
        length = MIN_LEAK if form == "plain" else MIN_ALTERED_LEAK
        for at in range(max(len(text) - length, 0) + 1):
            piece = text[at : at + length]
            if len(piece) < MIN_ALTERED_LEAK and set(piece) <= HEX_DIGITS:
                continue
            yield form, piece.encode()
            yield f"{form}, utf-16", piece.encode("utf-16-le")


def _forms(value: str) -> Iterator[tuple[str, str]]:
    yield "plain", value
    yield "lower case", value.lower()
    yield "reversed", value[::-1]
    yield "percent", quote(value, safe="")
    yield "hex", value.encode().hex()[: 4 * MIN_ALTERED_LEAK]
    for pad in range(3):
        yield "base64", base64.b64encode(b"x" * pad + value.encode()).decode()[4:-4]


def read_tree(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of every file under ``folder``; of a link the name alone."""
    for file in sorted(folder.rglob("*")):
        data = file.read_bytes() if file.is_file() and not file.is_symlink() else b""
        yield str(file), str(file.relative_to(folder)).encode() + data

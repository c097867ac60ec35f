"""Secrets in the syntaxes of many formats, and code, policies and names that quote them elsewhere, also encoded."""

from __future__ import annotations

import base64
import json
import random
import string
from urllib.parse import quote

from tests.support.planted_secrets import PlantedSecrets

LOWER, UPPER, MIXED = string.ascii_lowercase, string.ascii_uppercase, string.ascii_letters + string.digits
QUOTE, BACKSLASH = '"', "\\"
SHELL_CALL = "subprocess.call({}, shell=True)"
POLICY = """\
version: 1
extends: baseline
description: {texts[0]}
paths:
  exclude: [{{path: "left/out/**", reason: {texts[1]}}}]
exceptions:
- {{rule: "bandit:B602", path: src/waived.py, reason: {texts[2]}, owner: {texts[3]}, expires: {expires}}}
- {{rule: "bandit:B999", reason: {texts[4]}, owner: {texts[5]}, expires: {expires}}}
severity:
- {{rule: "bandit:B404", severity: info, reason: {texts[6]}}}
"""


class QuotedSecrets(PlantedSecrets):
    """``files``: one for each syntax, and ``src/quotes.py`` with a weak call for each value and encoding of it.

    ``values`` are the values themselves; `texts` are sentences that quote them.
    """

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self.values = {}
        self.files = {}
        self._plant_code()
        self._plant_data()
        self._plant_urls()
        self._plant_disguised()
        values = list(self.values.values())
        encoded = [(base64.b64encode(f"bob:{value}".encode()).decode(), quote(value, safe="")) for value in values]
        quoted = [*values, *(value for pair in encoded for value in pair)]
        calls = [SHELL_CALL.format(json.dumps(f"login -u bob:{value} x") + " + x") for value in quoted]
        self.files["src/quotes.py"] = "\n".join(["import subprocess", "def run(x):", *(f"    {call}" for call in calls), ""])
        self.files["src/waived.py"] = f"import subprocess\n{SHELL_CALL.format('x')}\n"
        self.files["left/out/a.py"] = "x = 1\n"

    def _new(self, letters: str = MIXED, length: int = 14) -> str:
        """A value that starts with a letter."""
        return self._draw.choice(LOWER if letters == LOWER else UPPER) + "".join(self._draw.choices(letters, k=length - 1))

    def _plant(self, name: str, value: str = "") -> str:
        """A value, registered as one that must not leak."""
        self.values[name] = value or self._new()
        return self.values[name]

    def _plant_code(self) -> None:
        new, plant = self._new, self._plant
        first, second = new(), new()
        plant("joined", first + second)
        lower, upper = (plant(name, f"{new(letters, 8)}7") for name, letters in (("lower case", LOWER), ("upper case", UPPER)))
        self.files["src/literals.py"] = (
            f'password = "{plant("escaped", f"""{new()}"{new()}""").replace(QUOTE, BACKSLASH + QUOTE)}"\n'
            f'db_password = "{first}" + "{second}"\n'
            f'api_key, secret = "{plant("first of two")}", "{plant("second of two")}"\n'
            f'connect(password="{lower}", db_password="{upper}")\n'
            f'secret = "{plant("five characters", new(MIXED, 4) + "7")}"\n'
        )
        first, second = new(), new()
        plant("javascript", first + second)
        self.files["src/literals.js"] = f"const password = '{first}' +\n  '{second}';\n"
        self.files["bin/run.sh"] = f"export DB_PASSWORD='{plant('shell', f'{new()} {new()}')}'\n"

    def _plant_data(self) -> None:
        new, plant = self._new, self._plant
        self.files["conf/a.yaml"] = f'db_password: "{plant("yaml")}"\nsecret: "{plant("yaml, second")}"\n'
        self.files["conf/a.json"] = json.dumps({"password": plant("json", f'{new()}"{new()}')}) + "\n"
        self.files["conf/a.toml"] = f'password = "{plant("toml")}"\n'
        self.files["conf/a.ini"] = f"[a]\npassword = {plant('ini', f'{new()}; {new()}')}\n"
        self.files[".env"] = f"DB_PASSWORD='{plant('dotenv')}'\n"
        self.files["conf/a.xml"] = f'<a password="{plant("xml")}"/>\n'
        self.files["Dockerfile"] = f"FROM x\nENV DB_PASSWORD {plant('docker')}\nENV API_KEY={plant('docker, second')} A=b\n"
        properties = f"Properties: {{Engine: mysql, MasterUserPassword: '{plant('cloudformation')}'}}"
        self.files["template.yaml"] = f"Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    {properties}\n"
        source = [f'password = "{plant("notebook")}"\n']
        cell: dict[str, object] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        notebook = {"cells": [cell], "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
        self.files["book.ipynb"] = json.dumps(notebook, indent=1) + "\n"

    def _plant_urls(self) -> None:
        new, plant = self._new, self._plant
        self.files["src/urls.py"] = (
            f'URL = "https://bob:{plant("url")}@db.example.org/x?mail=a@b.org"\n'
            f'password = "{plant("signs", f"{new()}&%+<{new()}")}"\n'
        )

    def _plant_disguised(self) -> None:
        """Values that are no literal of their own, or have a name or signs around them that speak against a secret."""
        fallback, disguised = (self._plant(name, self._new(MIXED, 24)) for name in ("fallback", "disguised"))
        self.files["src/fallback.py"] = f'password = os.environ.get("PASSWORD") or "{fallback}"\n'
        self.files["src/disguised.py"] = f'hash_secret = "${{X:-{disguised}}}..."\n'

    def texts(self, count: int) -> list[str]:
        """``count`` sentences, as JSON and YAML write them, that together quote every value."""
        values = list(self.values.values())
        return [json.dumps(f"see {' and '.join(values[start::count])}.") for start in range(count)]

    def policy(self, expires: str) -> str:
        """A policy whose reasons, owners and description quote every value."""
        return POLICY.format(texts=self.texts(7), expires=expires)

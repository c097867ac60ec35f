"""Small programs in the place of betterleaks and credsweeper, with their documented output: they find a few kinds of secrets."""

from __future__ import annotations

from pathlib import Path

from tests.support.linked_environment import LinkedEnvironment

FIND = r"""
import hashlib, json, pathlib, re, sys
RULES = (("github-pat", r"()(ghp_[A-Za-z0-9]{36})"), ("generic-password", r"(?i)(password\s*[=:]\s*\"?)([^\"\s]{6,})"))
def find(folder):
    for file in sorted(each for each in pathlib.Path(folder).rglob("*") if each.is_file()):
        for number, line in enumerate(file.read_bytes().decode("utf-8").split("\n"), start=1):
            for rule, pattern in RULES:
                for match in re.finditer(pattern, line):
                    yield str(file), number, line, rule, match
"""
# It redacts a value in the path and in the rest of the match as well.
# https://github.com/betterleaks/betterleaks/blob/main/docs/scanning.md: columns count bytes from 1, the last one is included
BETTERLEAKS = (
    FIND
    + r"""
assert "--redact" in sys.argv and "--output=-" in sys.argv and "--validate" not in sys.argv
findings = []
for path, number, line, rule, match in find(sys.argv[-1]):
    start, end = len(line[:match.start()].encode()) + 1, len(line[:match.end()].encode())
    findings.append({"rule_id": rule, "description": "", "confidence": "high",
                     "match": {"full": match[0].replace(match[2], "REDACTED"), "value": "REDACTED", "fingerprint": "0"},
                     "location": {"path": path.replace(match[2], "REDACTED"), "start_line": number, "end_line": number,
                                  "start_column": start, "end_column": end}})
print(json.dumps({"schema_version": "1", "findings": findings, "scan": {"state": STATE, "num_findings": len(findings)}}))
"""
)
# https://credsweeper.readthedocs.io/en/latest/guide.html: columns count characters from 0, the last one is not included
CREDSWEEPER = (
    FIND
    + r"""
assert "--hashed" in sys.argv and "--no-stdout" in sys.argv
options = dict(zip(sys.argv, sys.argv[1:]))
assert json.load(open(options["--config"]))["exclude"]["path"] == []
assert not pathlib.Path(options["--path"]).is_absolute()
found = []
for path, number, line, rule, match in find(options["--path"]):
    place = {"path": path, "line_num": number, "value_start": match.start(2), "value_end": match.end(2),
             "value": hashlib.sha256(match[2].encode()).hexdigest()}
    name = {"github-pat": "Github Classic Token", "generic-password": "Password"}[rule]
    found.append({"rule": name, "severity": "high", "confidence": "strong", "line_data_list": [place]})
json.dump(found, open(options["--save-json"], "w"))
"""
)
CRASH = "import sys\nsys.stderr.write('out of memory')\nsys.exit(66)\n"


def install_betterleaks(environment: LinkedEnvironment, code: str = "STATE = 'complete'" + BETTERLEAKS) -> None:
    """Puts a program named betterleaks on the PATH of scangate."""
    environment.write("betterleaks", code)


def install_credsweeper(environment: LinkedEnvironment, code: str = CREDSWEEPER) -> None:
    """Puts a package named credsweeper next to scangate."""
    packages: Path = environment.remove_package("credsweeper")
    (packages / "credsweeper-1.19.5.dist-info").mkdir()
    (packages / "credsweeper-1.19.5.dist-info" / "METADATA").write_text("Name: credsweeper\nVersion: 1.19.5\n", encoding="utf-8")
    (packages / "credsweeper" / "secret").mkdir(parents=True)
    (packages / "credsweeper" / "__init__.py").write_text("", encoding="utf-8")
    (packages / "credsweeper" / "__main__.py").write_text(code, encoding="utf-8")
    settings = '{"exclude": {"path": ["/"], "path_pattern": [".*"], "extension": []}}'
    (packages / "credsweeper" / "secret" / "config.json").write_text(settings, encoding="utf-8")

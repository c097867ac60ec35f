"""Prepared files hide no finding from semgrep, and findings keep their positions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scangate.source_text import decode, split_lines
from scangate.tools import semgrep
from scangate.tools.semgrep_input import PYTHON_PROBE
from scangate.tools.semgrep_input import prepare_source as prepare
from tests.support.scan_harness import ScanHarness

PYTHON = """import subprocess
from flask import request

def run():
    subprocess.run(request.args["x"], shell=True)
"""
DOCKER = "FROM a\nRUN echo \u00e9\nRUN curl https://example.com/x | sh\n"
INGRESS = {"CidrIp": "0.0.0.0/0", "FromPort": 22, "ToPort": 22, "IpProtocol": "tcp"}
GROUP = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "g", "SecurityGroupIngress": [INGRESS]}}
SHORT = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=40)  # YAML takes no longer keys, no pairs
TEMPLATE = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Group": GROUP}}, indent=1)


def prepare_source(path: str, data: bytes) -> bytes:
    """The prepared text without the probe."""
    text = prepare(path, data).text
    return text.removesuffix(PYTHON_PROBE) if path.endswith(".py") else text


def escaped(text: str) -> str:
    return text.replace("0.0.0.0/0", "0.0.0.0\\/0").replace("CidrIp", "\\u0043idrIp").replace('"Type"', '"\\u0054\\u0079pe"')


def places(bench: ScanHarness, files: dict[str, bytes | str]) -> dict[str, set[tuple[str, int, int, str]]]:
    """The findings by file: rule, line, column, and the line itself."""
    result = bench.result(semgrep, files)
    assert not result.gaps
    assert set(result.analyzed_files) == set(files)
    found: dict[str, set[tuple[str, int, int, str]]] = {path: set() for path in files}
    for each in result.findings:
        place = each.location
        found[place.path].add((each.rule, place.line, place.column, each.evidence))
    return found


def rules(found: Iterable[tuple[str, int, int, str]]) -> list[tuple[str, int]]:
    return sorted((rule, line) for rule, line, *_ in found)


def test_invalid_utf_8_hides_no_finding(tmp_path: Path) -> None:
    coded = f"# -*- coding: latin-1 -*-\nname = 'caf\u00e9'\n{PYTHON}"
    found = places(
        ScanHarness(tmp_path),
        {
            "latin.py": coded.encode("latin-1"),
            "utf.py": coded.replace("latin-1", "utf-8"),
            "odd.dockerfile": DOCKER.encode("latin-1"),
            "even.dockerfile": DOCKER,
        },
    )
    assert rules(found["latin.py"]) == rules(found["utf.py"]) != []
    assert found["odd.dockerfile"] == found["even.dockerfile"] != set()


def test_columns_after_invalid_utf_8_are_kept(tmp_path: Path) -> None:
    line = "x = '\u00e9\u00e8\u00ea', subprocess.run(request.args['x'], shell=True)\n"
    head = "# coding: latin-1\nimport subprocess\nfrom flask import request\n"
    ((_, row, column, evidence),) = places(ScanHarness(tmp_path), {"a.py": f"{head}{line}".encode("latin-1")})["a.py"]
    assert (row, column) == (4, line.index("request.args") + 1)
    assert evidence.startswith("x = '\u00e9\u00e8\u00ea'")


@pytest.mark.parametrize(
    "name", ["Dockerfile", "dockerfile", "Dockerfile.web", "Containerfile.web", "Dockerfile-3.12", "a.dockerfile"]
)
def test_lower_case_instructions_are_scanned(tmp_path: Path, name: str) -> None:
    found = places(ScanHarness(tmp_path), {name: DOCKER.lower(), f"capitals/{name}": DOCKER})
    assert rules(found[name]) == rules(found[f"capitals/{name}"]) != []
    assert {evidence for *_, evidence in found[name]} == {"run curl https://example.com/x | sh"}


def test_python_about_dockerfiles_is_read_as_python(tmp_path: Path) -> None:
    found = places(ScanHarness(tmp_path), {"dockerfile.py": PYTHON, "a.py": PYTHON})
    assert found["dockerfile.py"] == found["a.py"] != set()


def test_escapes_in_json_hide_no_finding(tmp_path: Path) -> None:
    found = places(ScanHarness(tmp_path), {"a.json": TEMPLATE, "b.json": escaped(TEMPLATE)})
    assert rules(found["a.json"]) == rules(found["b.json"]) != []


def test_escapes_in_yaml_hide_no_finding(tmp_path: Path) -> None:
    block = f"AWSTemplateFormatVersion: '2010-09-09'\n# \"\nResources:\n  Group: {json.dumps(GROUP)}\n"
    odd = block.replace("0.0.0.0/0", "\\u0030.0.0.\\x30\\/0").replace("CidrIp", "\\U00000043idrIp")
    assert odd != block
    found = places(ScanHarness(tmp_path), {"a.yaml": block, "b.yml": odd})
    assert rules(found["a.yaml"]) == rules(found["b.yml"]) != []


def test_tags_and_fragments_hide_no_finding(tmp_path: Path) -> None:
    head = "Resources:\n  P:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyDocument:\n        Statement:\n"
    block = f'{head}        - {{Effect: Allow, Action: "*", Resource: "*"}}\n'
    odd = f"{head}        - {{Effect: !!str Allow, Action: !Sub \"*\", Resource: !Sub '*'}}\n"
    compose = "x-common: &common\n  privileged: true\nservices:\n  a:\n    <<: *common\n    image: x\n"
    found = places(ScanHarness(tmp_path), {"a.yaml": block, "b.yml": odd, "docker-compose.yml": compose})
    assert rules(found["a.yaml"]) == rules(found["b.yml"]) != []
    assert rules(found["docker-compose.yml"]) == [("semgrep:compose-privileged", 2)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: !Sub x\nb: !Sub '${x}'\nc: [!!str \"x\", !Ref x]\n", "a:      x\nb: !Sub '${x}'\nc: [      \"x\", !Ref x]\n"),
        ('a: "x\\/y" # "\\/"\nb: "\\x41": 1', None),
        ('a: "x\\/y" # "\\/"\n"\\x41\\/": "\\"\\\\/"\n', 'a: "x/y"  # "\\/"\n"A/"    : "\\"\\\\/"\n'),
        ('run: |\n  sed "s\\/a\\/b"\nb: \'"\\/"\'\nc: ["\\/", \u00e9, "\\u0041"]', None),
    ],
)
def test_only_double_quoted_yaml_strings_have_escapes(text: str, wanted: str | None) -> None:
    if wanted is None:
        wanted = text.replace('["\\/", \u00e9, "\\u0041"]', '["/" , x, "A"     ]')
    assert prepare_source("a.yml", text.encode()).decode() == wanted


def test_non_ascii_letters_do_not_end_a_yaml_string(tmp_path: Path) -> None:
    letters = "\u015b\u0105\u017c\u305b\u0142\u00e9\U0001f680"
    head = f"Description: '{letters}' # {letters}\nMetadata: {{a: \"{letters}\", {letters}: {letters}}}\n"
    block = f"AWSTemplateFormatVersion: '2010-09-09'\n{{}}Resources:\n  Group: {json.dumps(GROUP)} # {letters}\n"
    found = places(ScanHarness(tmp_path), {"a.yaml": block.replace("{}", head), "b.yml": block.replace("{}", "#\n#\n")})
    assert rules(found["a.yaml"]) == rules(found["b.yml"]) != []


def test_an_empty_file_is_scanned(tmp_path: Path) -> None:
    names = ["a.json", "b.yml", "c.py", "Dockerfile"]
    assert not any(places(ScanHarness(tmp_path), {f"{size}/{name}": "\n" * size for name in names for size in (0, 1)}).values())


@given(st.recursive(SHORT | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(SHORT, inner)), st.booleans())
def test_prepared_text_keeps_its_lines(value: Any, lined: bool) -> None:
    text = json.dumps(value, indent=1 if lined else None).replace("/", "\\/").replace("g", "\\u0067")
    for path, read in (("a.json", json.loads), ("a.yaml", yaml.safe_load)):
        handed = prepare_source(path, text.encode()).decode()
        assert read(handed) == read(text)  # json.dumps writes ASCII
        assert [len(line) for line in handed.split("\n")] == [len(line) for line in text.split("\n")]
        assert "\\/" not in handed.replace("\\\\", "")


@given(st.binary(), st.sampled_from(["a.py", "a.json", "a.yml", "Dockerfile"]))
def test_every_character_keeps_its_line_and_column(data: bytes, path: str) -> None:
    data = data.replace(b"\0", b"").replace(b"\f", b"").lstrip(b"\xfe\xff")  # nothing is promised of UTF-16 and form feeds
    handed = prepare_source(path, data).decode("utf-8")
    if path == "a.py":
        data += b"" if data.endswith((b"\n", b"\r")) or not data else b"\n"
    if path != "a.json" or data.strip():
        assert [len(line) for line in handed.split("\n")] == [len(line) for line in split_lines(decode(data)[0])]


MARKED = {
    "mark.py": b"\xef\xbb\xbf" + PYTHON.encode(),
    "crlf.py": PYTHON.replace("\n", "\r\n").encode(),
    "cr.py": PYTHON.replace("\n", "\r").encode(),
    "feed.py": b"\f" + PYTHON.replace("def", "\fdef").encode(),
    "match.py": f"{PYTHON}\nmatch 0:\n    case 0:\n        pass\n".encode(),
}


def test_byte_order_marks_and_line_ends_hide_no_finding(tmp_path: Path) -> None:
    head = "from flask import request; import subprocess; subprocess.run(request.args['x'], shell=True)  # on the first line\n"
    files = {name: data.replace(b"import subprocess", head.encode().strip(), 1) for name, data in MARKED.items()}
    found = places(ScanHarness(tmp_path), {"plain.py": PYTHON.replace("import subprocess", head.strip(), 1), **files})
    assert len(found["plain.py"]) == 2
    assert {name: rules(places) for name, places in found.items()} == dict.fromkeys(found, rules(found["plain.py"]))


def test_the_user_of_a_dockerfile_with_carriage_returns_is_seen(tmp_path: Path) -> None:
    text = "FROM a\nRUN b\nUSER root\n"
    found = places(ScanHarness(tmp_path), {"a.dockerfile": text, "b.dockerfile": text.replace("\n", "\r\n")})
    assert rules(found["a.dockerfile"]) == rules(found["b.dockerfile"]) != []


@pytest.mark.parametrize("piece", ["[", '"\\\\', "[a,", "{:=", "@a", "def a [", "\\\\\n", "ENV a b ", " ", "<<E "])
@pytest.mark.parametrize(
    "head", [("a.py", "x = ["), ("a.json", '{"\\\\/'), ("a.yml", 'a: "\\\\/"\nb: '), ("Dockerfile", "FROM a\nRUN ")]
)
def test_any_text_is_prepared_in_linear_time(head: tuple[str, str], piece: str) -> None:
    path, opening = head
    text = (opening + piece * 400_000).encode()  # one that is read again from each place would take hours
    assert prepare_source(path, text)


@pytest.mark.parametrize("path", ["a.py", "a.json", "a.yml", "Dockerfile"])
def test_readable_text_is_unchanged(path: str) -> None:
    data = b'FROM a\nRUN echo "\\\\/ \\" \\u00e9"\n'
    assert prepare_source(path, data) == data

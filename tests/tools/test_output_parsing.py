"""The output of bandit, semgrep and the detect-secrets worker is used wholly or not at all, by small programs in their place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scangate.model import Gap, GapKind, ScanResult
from scangate.plugin import SourceFile
from scangate.tools import bandit, detect_secrets, semgrep
from tests.support.fake_secrets import fake_secret
from tests.support.fake_tool import install_fake_tool
from tests.support.scan_harness import ScanHarness

FILES: dict[str, bytes | str] = {"a.py": "x = 1\n", "b.py": "y = 2\n"}
BANDIT = """
import json, os, sys
files = [word for word in sys.argv[1:] if word.endswith(".py")]
answer = {"results": [], "errors": [], "metrics": {"_totals": {}, **{name: {} for name in files}}}
code = 0
"""
SEMGREP = """
import json, os, sys
files = [word for word in sys.argv[1:] if word.endswith(".py")]
position, extra = {"line": 2, "col": 1}, {"message": "", "severity": "INFO", "metadata": {}}
probes = [{"check_id": "PROBE", "path": name, "start": position, "end": position, "extra": extra} for name in files]
answer = {"results": probes, "errors": [], "paths": {"scanned": files}}
code = 0
""".replace("PROBE", semgrep.SYNTAX_PROBE)
WRITE = "\nprint(json.dumps(answer))\nsys.exit(code)\n"


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    return ScanHarness(tmp_path)


def answered(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch, scanner: Any, change: str) -> ScanResult:
    head = BANDIT if scanner is bandit else SEMGREP
    install_fake_tool(bench.private_folder / "bin", monkeypatch, scanner.NAME, head + change + WRITE)
    return bench.result(scanner, FILES)


def gaps(result: ScanResult) -> dict[str | None, str]:
    return {gap.path: gap.kind.value for gap in result.gaps}


BOTH_GARBAGE = {"a.py": "garbage", "b.py": "garbage"}
BOTH_CRASH = {"a.py": "crash", "b.py": "crash"}
ANY = {
    "": {},
    "answer = {}": BOTH_GARBAGE,
    "answer = []": BOTH_GARBAGE,
    "answer = None": BOTH_GARBAGE,
    "answer.pop('results')": BOTH_GARBAGE,
    "answer.pop('errors')": BOTH_GARBAGE,
    "print('warning: x')": BOTH_GARBAGE,
    "sys.exit(0)": BOTH_GARBAGE,
    "answer['results'] = [{}]": BOTH_GARBAGE,
    "answer['errors'] = [{}]": BOTH_GARBAGE,
    "answer['results'] = None": BOTH_GARBAGE,
    "code = 3": BOTH_CRASH,
    "code = 137": BOTH_CRASH,
    "os.kill(os.getpid(), 11)": BOTH_CRASH,
}
BANDIT_ALONE: dict[str, dict[str, str]] = {
    "answer.pop('metrics')": BOTH_GARBAGE,
    "answer['metrics'].pop(next(name for name in files if name.endswith('b.py')), None) if len(files) > 1 else None": {
        "b.py": "garbage"
    },
    "answer['metrics'] = {'_totals': {}}": BOTH_GARBAGE,
    "answer['metrics']['/etc/passwd'] = {}": BOTH_GARBAGE,
    "answer['errors'] = [{'filename': files[0], 'reason': 'exception while scanning file'}]": {"a.py": "partial-parse"},
    "print(f'[tester] ERROR Bandit internal error running: x on file {files[0]} at line 1: oops', file=sys.stderr)": {
        "a.py": "partial-parse"
    },
    "sys.stderr.write('x' * 100_000)": BOTH_GARBAGE,
}
SEMGREP_ALONE: dict[str, dict[str, str]] = {
    "answer.pop('paths')": BOTH_GARBAGE,
    "answer['paths']['scanned'].remove(answer['results'].pop()['path']) if len(files) > 1 else None": {"b.py": "garbage"},
    "answer['results'] = []": {"a.py": "partial-parse", "b.py": "partial-parse"},
    "answer['results'].pop() if len(files) > 1 else None": {"b.py": "partial-parse"},
    "print('exn (Parsing_error.Syntax_error (/etc/passwd:1:1 <1 bytes>))', file=sys.stderr)": {},
    "answer['results'].pop(0) if len(files) > 1 else None": {"a.py": "partial-parse"},
    "answer['paths']['scanned'] = []": BOTH_GARBAGE,
    "answer['paths']['scanned'].append('/etc/passwd')": BOTH_GARBAGE,
    "answer['errors'] = [{'type': 'Rule parse error', 'message': 'x'}]": BOTH_CRASH,
    "answer['errors'] = [{'type': 'Fatal error', 'path': None}]": BOTH_CRASH,
    "answer['errors'] = [{'type': 'Fatal error', 'path': files[0]}]": {"a.py": "crash"},
    "answer['errors'] = [{'type': ['PartialParsing', []], 'path': files[0]}]": {"a.py": "partial-parse"},
    "answer['errors'] = [{'type': 'Timeout', 'path': files[0]}]": {"a.py": "timeout"},
    "answer['errors'] = [{'type': 'Something new', 'path': files[0]}]": {"a.py": "crash"},
    "code = 1": BOTH_CRASH,
}


@pytest.mark.parametrize(
    ("scanner", "change", "expected"),
    [
        (scanner, *pair)
        for scanner, more in ((bandit, BANDIT_ALONE), (semgrep, SEMGREP_ALONE))
        for pair in (*ANY.items(), *more.items())
    ],
)
def test_unexpected_output_is_a_gap(
    bench: ScanHarness, monkeypatch: pytest.MonkeyPatch, scanner: Any, change: str, expected: dict[str, str]
) -> None:
    result = answered(bench, monkeypatch, scanner, change)
    found_gaps = gaps(result)
    if "files[0]" in change:  # alone in its call each file is the first: at least that one is reported
        assert expected.items() <= found_gaps.items()
    else:
        assert found_gaps == expected
    assert result.findings == ()


def bomb() -> str:
    """A YAML file of a few lines whose aliases expand to a billion values."""
    return "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


def test_a_yaml_bomb_is_searched_like_any_other_file(bench: ScanHarness) -> None:
    value = fake_secret("bomb")
    text = bomb()
    result = bench.result(detect_secrets, {"bomb.yaml": f"{text}password: {value}\n", "a.txt": "x\n"})
    assert not result.gaps
    assert result.analyzed_files == ("a.txt", "bomb.yaml")
    assert {(found.location.path, found.location.line) for found in result.findings} == {("bomb.yaml", text.count("\n") + 1)}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-8-sig", "utf-32"])
def test_a_secret_is_found_in_any_encoding(bench: ScanHarness, encoding: str) -> None:
    value = fake_secret(encoding)
    text = f'# é\npassword = "{value}"\n'
    result = bench.result(detect_secrets, {"a.py": text.encode(encoding), "package-lock.json": text.encode(encoding)})
    places = {(found.location.path, found.location.line, found.location.column) for found in result.findings}
    assert ("a.py", 2, 13) in places
    assert value not in json.dumps([repr(found) for found in result.findings])
    assert not result.gaps


@pytest.mark.parametrize(
    "line", ['"password": "{}", "api_key": "{}", "secret": "{}"', "f(password='{}', secret='{}', db_pass='{}')"]
)
def test_every_secret_in_a_line_is_found(bench: ScanHarness, line: str) -> None:
    values = [fake_secret(f"line-{number}") for number in range(3)]
    text = line.format("${PASSWORD}", *values[1:])  # the first is none, and must not hide the others
    result = bench.result(detect_secrets, {"all.py": line.format(*values), "some.json": f"{{{text}}}\n"})
    keywords = [found for found in result.findings if found.rule == "detect-secrets:secret-keyword"]
    places = {(found.location.path, found.location.column - 1) for found in keywords}
    assert {("all.py", line.format(*values).find(value)) for value in values} <= places
    assert {("some.json", text.find(value) + 1) for value in values[1:]} <= places


@pytest.mark.nightly
def test_a_line_of_two_thousand_secrets_is_scanned_in_time(bench: ScanHarness) -> None:
    text = ", ".join(f'"password": "{fake_secret(str(number))}"' for number in range(2_000))
    result = bench.result(detect_secrets, {"min.json": f"{{{text}}}"})
    assert result.findings
    assert not result.gaps


@pytest.mark.parametrize("text", ["x = 'a'; hashlib.md5(password)  # nosemgrep: why not", "hashlib.md5(password)"])
def test_a_message_contains_no_source_text(bench: ScanHarness, text: str) -> None:
    value = fake_secret("message")
    result = bench.result(semgrep, {"a.py": f"import hashlib\n{text}  # {value}\n"})
    assert result.findings
    assert value not in repr(result.findings)


@pytest.mark.parametrize(
    ("name", "content_type", "text", "is_minified"),
    [
        ("vendor.js", "javascript", "var a=1;" * 400, True),
        ("app.js", "javascript", "var a = 1;\n" * 400, False),
        ("main.tf", "terraform", "a = [" * 1000, False),
    ],
)
def test_a_time_limit_of_semgrep_is_explained(tmp_path: Path, name: str, content_type: str, text: str, is_minified: bool) -> None:
    (tmp_path / name).write_text(text)
    gap = Gap("semgrep", name, GapKind.TIMEOUT, "semgrep: a rule took more than 10 seconds")
    explained = semgrep._explain(gap, SourceFile(name, tmp_path / name, content_type), ())
    assert explained.kind is GapKind.TIMEOUT
    assert ("minified" in explained.reason) is is_minified
    assert explained.hint

"""Any program that writes SARIF is a scanner by a block alone: three real ones, and one of ours that answers anything."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scangate.model import Finding, ScanResult, Severity
from scangate.tools.sarif_command import Options as CommandOptions
from scangate.tools.sarif_command import SarifCommand
from tests.support.scan_harness import SCRIPTS_FOLDER, ScanHarness

FILES: dict[str, bytes | str] = {"a.txt": "first\nsecond\n", "deep/odd name.txt": "x\n"}
RESULT = {
    "ruleId": "R1",
    "message": {"text": "said"},
    "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.txt"}, "region": {"startLine": 2, "startColumn": 3}}}],
}
RUN = {"tool": {"driver": {"name": "ours", "rules": [{"id": "R0"}, {"id": "R1", "shortDescription": {"text": "title"}}]}}}


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    return ScanHarness(tmp_path)


def block(*command: str, **rest: Any) -> CommandOptions:
    """A block as the policy's reader makes it."""
    return msgspec.convert({"command": command, "reads": ["*.txt"], **rest}, CommandOptions)


def answer(bench: ScanHarness, log: Any, *, code: int = 0, command: tuple[str, ...] = ("{root}",), **rest: Any) -> ScanResult:
    """What comes of a program that writes ``log`` (``{root}`` and ``{work}`` in it are filled in) and ends with ``code``."""
    (bench.private_folder / "log").write_text(log if isinstance(log, str) else json.dumps(log))
    program = bench.private_folder / "program.py"
    program.write_text(
        "import os, sys\nfrom pathlib import Path\nroot = Path(sys.argv[1])\n"
        f"text = Path({str(bench.private_folder / 'log')!r}).read_text()\n"
        "text = text.replace('{root}', str(root)).replace('{work}', os.path.relpath(root))\n"
        "out = Path(sys.argv[2]).write_text if len(sys.argv) > 2 and sys.argv[2].endswith('.sarif') else sys.stdout.write\n"
        f"out(text)\nsys.exit({code})\n"
    )
    options = block(sys.executable, str(program), *command, **rest)
    return bench.result(SarifCommand("ours", options), FILES, options)


def log(*results: Any, **run: Any) -> dict[str, Any]:
    return {"version": "2.1.0", "runs": [{**RUN, "results": list(results), **run}]}


def at(uri: str, **rest: Any) -> dict[str, Any]:
    return {**RESULT, "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri, **rest}, "region": {"startLine": 1}}}]}


def one(result: ScanResult) -> Finding:
    assert not result.gaps
    (found,) = result.findings
    return found


def kinds(result: ScanResult) -> set[str]:
    assert result.findings == ()
    assert result.analyzed_files == ()
    return {gap.kind.value for gap in result.gaps}


def test_a_log_becomes_findings(bench: ScanHarness) -> None:
    result = answer(bench, log(RESULT), version="7")
    found = one(result)
    assert (found.rule, found.title, found.message, found.evidence) == ("ours:R1", "title", "said", "second")
    assert (found.location.path, found.location.line, found.location.column) == ("a.txt", 2, 3)
    assert (result.version, result.analyzed_files) == ("7", ("a.txt", "deep/odd name.txt"))


@pytest.mark.parametrize(
    "uri",
    [
        "deep/odd%20name.txt",
        "deep/odd name.txt",
        "./deep/odd%20name.txt",
        "{root}/deep/odd name.txt",
        "file://{root}/deep/odd%20name.txt",
    ],
)
def test_every_form_of_artifact_location(bench: ScanHarness, uri: str) -> None:
    assert one(answer(bench, log(at(uri)))).location.path == "deep/odd name.txt"


def test_a_path_relative_to_the_working_directory(bench: ScanHarness) -> None:
    assert one(answer(bench, log(at("{work}/deep/odd%20name.txt")))).location.path == "deep/odd name.txt"


def test_bases_and_indexes(bench: ScanHarness) -> None:
    bases = {"ROOT": {"uri": "file://{root}/deep/"}, "REL": {"uri": "deep/"}, "NONE": {}}
    for base in ("ROOT", "REL"):
        found = one(answer(bench, log(at("odd%20name.txt", uriBaseId=base), originalUriBaseIds=bases)))
        assert found.location.path == "deep/odd name.txt"
    assert one(answer(bench, log(at("a.txt", uriBaseId="NONE"), originalUriBaseIds=bases))).location.path == "a.txt"
    assert one(answer(bench, log(at("a.txt", uriBaseId="UNSAID")))).location.path == "a.txt"
    by_number = {**RESULT, "locations": [{"physicalLocation": {"artifactLocation": {"index": 1}}}]}
    artifacts = [{"location": {"uri": "a.txt"}}, {"location": {"uri": "deep/odd%20name.txt"}}]
    assert one(answer(bench, log(by_number, artifacts=artifacts))).location.path == "deep/odd name.txt"


@pytest.mark.parametrize(
    "uri",
    [
        "/etc/passwd",
        "../a.txt",
        "b.txt",
        "",
        ".",
        "https://example.com/a.txt",
        "file:///etc/passwd",
        "a.txt/x",
        "\0",
        "http://[bad",
    ],
)
def test_an_unknown_file_is_garbage(bench: ScanHarness, uri: str) -> None:
    assert kinds(answer(bench, log(RESULT, at(uri)))) == {"garbage"}


BAD: dict[str, Any] = {
    "nothing": "",
    "no JSON": "done.",
    "half": json.dumps(log(RESULT))[:-9],
    "a list": [],
    "no runs": {"version": "2.1.0"},
    "empty runs": {"version": "2.1.0", "runs": []},
    "runs are none": {"version": "2.1.0", "runs": None},
    "another version": {**log(), "version": "2.0.0"},
    "no version": {"runs": [RUN]},
    "no results": {"version": "2.1.0", "runs": [RUN]},
    "results are none": log(results=None),
    "results are text": log(results="none"),
    "a result is text": log("x"),
    "no tool": {"version": "2.1.0", "runs": [{"results": []}]},
    "no location": log({**RESULT, "locations": []}),
    "location is none": log({**RESULT, "locations": None}),
    "no message": log({"ruleId": "R1", "locations": RESULT["locations"]}),
    "a line that is none": log(
        {**RESULT, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.txt"}, "region": {"startLine": "x"}}}]}
    ),
    "an index too far": log({**RESULT, "locations": [{"physicalLocation": {"artifactLocation": {"index": 9}}}]}),
    "rules are numbers": log(RESULT, tool={"driver": {"name": "x", "rules": [7]}}),
    "nested without end": "[" * 100_000,
    "second run is bad": {"version": "2.1.0", "runs": [{**RUN, "results": []}, {}]},
}


@pytest.mark.parametrize("name", BAD)
def test_output_that_is_not_sarif_is_garbage(bench: ScanHarness, name: str) -> None:
    assert kinds(answer(bench, BAD[name])) == {"garbage"}


@pytest.mark.parametrize(
    "invocation",
    [
        {"executionSuccessful": False},
        {},
        {"executionSuccessful": "true"},
        {"executionSuccessful": True, "toolExecutionNotifications": [{"level": "error", "message": {"text": "x"}}]},
        {"executionSuccessful": True, "toolConfigurationNotifications": [{"level": "error", "message": {"text": "x"}}]},
    ],
)
def test_a_failed_run_has_scanned_nothing(bench: ScanHarness, invocation: Any) -> None:
    assert kinds(answer(bench, log(RESULT, invocations=[{"executionSuccessful": True}, invocation]))) == {"crash"}


@pytest.mark.parametrize(("code", "kind"), [(0, set()), (1, set()), (2, {"crash"}), (137, {"crash"}), (255, {"crash"})])
def test_an_unknown_exit_code_is_a_crash(bench: ScanHarness, code: int, kind: set[str]) -> None:
    assert {gap.kind.value for gap in answer(bench, log(), code=code).gaps} == kind
    known: dict[str, Any] = {"exit-codes": [code]}
    assert not answer(bench, log(), code=code, **known).gaps


def test_a_missing_program_and_a_timeout(bench: ScanHarness) -> None:
    options = block("no-such-program", "{root}")
    assert kinds(bench.result(SarifCommand("x", options), FILES, options)) == {"tool-missing"}
    options = block(sys.executable, "-c", "import time; time.sleep(100)", "{root}")
    assert kinds(bench.result(SarifCommand("x", options), FILES, options, timeout=1)) == {"timeout"}


def test_a_program_in_the_scanned_tree_is_not_started(bench: ScanHarness) -> None:
    canary = bench.private_folder / "canary"
    program = bench.root / "tool"
    program.write_text(f"#!/bin/sh\ntouch {canary}\n")
    program.chmod(0o755)
    options = block(str(program), "{root}")
    assert kinds(bench.result(SarifCommand("x", options), FILES, options)) == {"tool-missing"}
    assert not canary.exists()


def test_output_to_a_file(bench: ScanHarness) -> None:
    assert one(answer(bench, log(RESULT), command=("{root}", "{output}"))).rule == "ours:R1"
    options = block(sys.executable, "-c", "print('{}')", "{root}", "{output}")
    assert kinds(bench.result(SarifCommand("x", options), FILES, options)) == {"garbage"}


def test_passing_and_suppressed_results(bench: ScanHarness) -> None:
    results = [
        {**RESULT, "ruleId": kind, "kind": kind} for kind in ("pass", "open", "review", "informational", "notApplicable", "fail")
    ]
    assert {found.rule for found in answer(bench, log(*results)).findings} == {"ours:open", "ours:review", "ours:fail"}
    suppressions = {
        "in": [{"kind": "inSource"}],
        "no": [{"kind": "inSource", "status": "rejected"}],
        "two": [{}, {"status": "underReview"}],
        "ok": [{"status": "accepted"}],
        "none": [],
    }
    result = answer(bench, log(*({**RESULT, "ruleId": name, "suppressions": value} for name, value in suppressions.items())))
    assert {found.rule for found in result.findings if found.tool_comment} == {"ours:in", "ours:ok"}
    assert len(result.findings) == len(suppressions)


def test_rules_by_index_by_parent_and_of_an_extension(bench: ScanHarness) -> None:
    tool = {**RUN["tool"], "extensions": [{"name": "more", "rules": [{"id": "E1", "shortDescription": {"text": "more"}}]}]}
    nameless = {key: value for key, value in RESULT.items() if key != "ruleId"}
    results = [
        {**nameless, "ruleIndex": 1},
        {**RESULT, "ruleId": "R1/sub"},
        {**RESULT, "ruleId": "E1"},
        {**nameless, "rule": {"id": "R1"}},
    ]
    found = {(each.rule, each.title) for each in answer(bench, log(*results, tool=tool)).findings}
    assert found == {("ours:R1", "title"), ("ours:R1/sub", "title"), ("ours:E1", "more")}


@pytest.mark.parametrize(
    ("rule", "result", "severity"),
    [
        ({}, {}, Severity.MEDIUM),
        ({}, {"level": "error"}, Severity.HIGH),
        ({"defaultConfiguration": {"level": "note"}}, {}, Severity.LOW),
        ({"properties": {"security-severity": "9.8"}}, {"level": "note"}, Severity.CRITICAL),
        ({"properties": {"security-severity": 7.0}}, {}, Severity.HIGH),
        ({"properties": {"security-severity": "0.0"}}, {"level": "none"}, Severity.INFO),
        ({"properties": {"security-severity": "high"}}, {}, Severity.MEDIUM),
        ({}, {"level": "fatal"}, Severity.UNKNOWN),
    ],
)
def test_severity(bench: ScanHarness, rule: Any, result: Any, severity: Severity) -> None:
    tool = {"driver": {"name": "x", "rules": [{"id": "R1", **rule}]}}
    assert one(answer(bench, log({**RESULT, **result}, tool=tool))).severity is severity


def test_a_secret_does_not_appear_in_its_finding(bench: ScanHarness) -> None:
    value = "Zx9" + "quiet" + "88Kp"
    bench.root.joinpath("s.txt").write_text(f"# first\nkey = {value}\nmore {value}\n")
    entry = {**at("s.txt"), "message": {"text": f"found {value} here"}}
    entry["locations"][0]["physicalLocation"]["region"] = {"startLine": 2, "snippet": {"text": f"key = {value}"}}
    found = one(answer(bench, log(entry), kind="secret"))
    assert value not in repr(found)
    assert (found.kind.value, found.location.line) == ("secret", 2)


ZIZMOR = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event.issue.title }}\n"
REAL: dict[str, tuple[dict[str, Any], dict[str, bytes | str], tuple[str, str, int]]] = {
    "ruff": (
        {
            "command": ["ruff", "check", "--isolated", "--no-cache", "--select", "S", "--output-format", "sarif", "{files}"],
            "reads": ["*.py"],
        },
        {"deep/odd name.py": "x = 1\nexec(x)\n", "ruff.toml": "[lint]\nignore = ['S102']\n", "b.py": "x = 1\n"},
        ("ruff:S102", "deep/odd name.py", 2),
    ),
    "zizmor": (
        {
            "command": ["zizmor", "--offline", "--no-config", "--format", "sarif", "{root}"],
            "reads": [".github/workflows/*.yml"],
            "exit-codes": [0, 11, 12, 13, 14],
        },
        {".github/workflows/a.yml": ZIZMOR, "b.yml": ZIZMOR},
        ("zizmor:zizmor/template-injection", ".github/workflows/a.yml", 6),
    ),
    "cfn-lint": (
        {
            "command": ["cfn-lint", "--format", "sarif", "--output-file", "{output}", "--", "{files}"],
            "reads": ["templates/"],
            "exit-codes": [0, 2, 4, 6, 8, 10, 12, 14],
            "kind": "configuration",
        },
        {"templates/a.yaml": "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties:\n      Nope: 1\n", "b.yaml": "a: 1\n"},
        ("cfn-lint:E3002", "templates/a.yaml", 5),
    ),
}


def test_the_cache_key_depends_on_the_program_and_the_named_files(tmp_path: Path) -> None:
    program, rules = tmp_path / "lint", tmp_path / "rules.toml"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    rules.write_text("one")

    def digest(**rest: Any) -> str | None:
        entry = {"version": "1", "per-file": True, **rest}
        options = block(str(program), f"--rules={rules}", str(rules), "{files}", **entry)
        return SarifCommand("lint", options).cache_key(options, {"PATH": ""}, dt.date(2026, 11, 22))

    digests = [digest(), digest()]
    rules.write_text("two")
    digests.append(digest())
    program.write_text("#!/bin/sh\nexit 0\n")
    digests.append(digest())
    assert digests[0] == digests[1]
    assert len({*digests} - {None}) == 3
    assert {digest(version=""), digest(**{"per-file": False}), digest(network=True)} == {None}
    rules.unlink()
    rules.mkdir()
    assert digest() is None


@pytest.mark.parametrize("name", REAL)
def test_a_real_program_configured_by_a_block(bench: ScanHarness, name: str) -> None:
    assert (SCRIPTS_FOLDER / name).is_file()
    fields, files, expected = REAL[name]
    options = msgspec.convert(fields, CommandOptions)
    result = bench.result(SarifCommand(name, options), files, options)
    assert not result.gaps
    assert expected in {(found.rule, found.location.path, found.location.line) for found in result.findings}
    assert {found.location.path for found in result.findings} == {expected[1]}

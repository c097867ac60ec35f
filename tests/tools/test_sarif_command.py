"""Any program that writes SARIF is a scanner by a block alone: three real ones, and one of ours that answers anything."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scangate.content.identification import identify
from scangate.model import Analysis, Confidence, Coverage, Finding, GapKind, ScanResult, Severity
from scangate.plugin import FileFacts, SourceFile
from scangate.tools import sarif_command
from scangate.tools.sarif_command import Options as CommandOptions
from scangate.tools.sarif_command import SarifCommand, hide_configuration
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
    return msgspec.convert({"command": command, "reads": ["*.txt"], "trusted": "it is ours", **rest}, CommandOptions)


def answer(bench: ScanHarness, log: Any, *, code: int = 0, command: tuple[str, ...] = ("{root}",), **rest: Any) -> ScanResult:
    """The result of a program that writes ``log`` (``{root}`` and ``{work}`` in it are filled in) and ends with ``code``."""
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
def test_a_result_about_an_unknown_file_loses_itself_alone(bench: ScanHarness, uri: str) -> None:
    result = answer(bench, log(RESULT, at(uri)))
    assert [(gap.kind, gap.path) for gap in result.gaps] == [(GapKind.GARBAGE, None)]
    assert [finding.rule for finding in result.findings] == ["ours:R1"]
    assert result.analyzed_files == tuple(FILES)


LOST: dict[str, dict[str, Any]] = {
    "no location": {**RESULT, "locations": []},
    "location is none": {**RESULT, "locations": None},
    "location without a file": {**RESULT, "locations": [{"logicalLocations": [{"name": "f"}]}]},
    "no message": {"ruleId": "R1", "locations": RESULT["locations"]},
    "a line that is text": {
        **RESULT,
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.txt"}, "region": {"startLine": "x"}}}],
    },
    "an index too far": {**RESULT, "locations": [{"physicalLocation": {"artifactLocation": {"index": 9}}}]},
}


@pytest.mark.parametrize("name", LOST)
def test_a_malformed_result_loses_itself_alone(bench: ScanHarness, name: str) -> None:
    result = answer(bench, log(RESULT, LOST[name]))
    assert [(gap.kind, gap.path) for gap in result.gaps] == [(GapKind.GARBAGE, None)]
    assert len(result.findings) == 1


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
        {"executionSuccessful": True, "exitSignalName": "SIGSEGV"},
        {"executionSuccessful": True, "processStartFailureMessage": "x"},
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


def test_an_untrusted_tool_analyzed_only_what_it_names(bench: ScanHarness) -> None:
    named = {"artifacts": [{"location": {"uri": "deep/odd%20name.txt"}}]}
    cases = [
        (log(), []),
        (log(RESULT), ["a.txt"]),
        (log({**RESULT, "kind": "pass"}), ["a.txt"]),
        (log(RESULT, **named), ["a.txt", "deep/odd name.txt"]),
        (log(invocations=[{"executionSuccessful": True}]), []),
    ]
    for output, files in cases:
        result = answer(bench, output, trusted="")
        assert list(result.analyzed_files) == files
        assert {gap.path for gap in result.gaps} == set(FILES) - set(files)
        assert {gap.kind for gap in result.gaps} <= {GapKind.GARBAGE}


@pytest.mark.parametrize("level", [{"level": "error"}, {"level": "warning"}, {}])
def test_an_error_about_a_file_is_a_gap_of_that_file(bench: ScanHarness, level: dict[str, str]) -> None:
    error = {**level, "message": {"text": "cannot parse"}, "locations": at("a.txt")["locations"]}
    result = answer(bench, log(invocations=[{"executionSuccessful": True, "toolExecutionNotifications": [error]}]))
    assert [(gap.kind, gap.path) for gap in result.gaps] == [(GapKind.UNPARSABLE, "a.txt")]
    assert "cannot parse" in result.gaps[0].reason
    assert result.analyzed_files == ("deep/odd name.txt",)


def test_a_remark_about_a_file_is_no_gap(bench: ScanHarness) -> None:
    note = {"level": "note", "message": {"text": "read"}, "locations": at("a.txt")["locations"]}
    about_settings = {**note, "level": "warning"}
    run = {"executionSuccessful": True, "toolExecutionNotifications": [note], "toolConfigurationNotifications": [about_settings]}
    assert not answer(bench, log(invocations=[run])).gaps


@pytest.mark.parametrize("part", ["results", "invocations"])
def test_a_log_whose_content_is_in_other_files_is_garbage(bench: ScanHarness, part: str) -> None:
    assert kinds(answer(bench, log(externalPropertyFileReferences={part: [{"location": {"uri": "x"}}]}))) == {"garbage"}


def test_a_result_with_an_infinite_line_loses_itself_alone(bench: ScanHarness) -> None:
    result = answer(bench, json.dumps(log(RESULT, at("a.txt"))).replace('"startLine": 2', '"startLine": 1e999'))
    assert len(result.findings) == 1
    assert [(gap.kind, gap.path) for gap in result.gaps] == [(GapKind.GARBAGE, None)]


def test_the_error_text_of_the_tool_is_shown(bench: ScanHarness) -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    for code in ("0", "3"):
        text = f"sys.stderr.write('starting\\nno rules\\x1b[2J for {token}\\n'); sys.exit({code})"
        options = block(sys.executable, "-c", f"import sys; {text}", "{root}")
        (gap,) = {(gap.kind, gap.reason) for gap in bench.result(SarifCommand("x", options), FILES, options).gaps}
        assert "no rules" in gap[1]
        assert token not in gap[1]
        assert "\x1b" not in gap[1]


@pytest.mark.parametrize(
    ("rule", "result", "confidence"),
    [
        ({}, {}, Confidence.UNKNOWN),
        ({"precision": "very-high"}, {}, Confidence.HIGH),
        ({"precision": "high"}, {"issue_confidence": "LOW"}, Confidence.LOW),
        ({}, {"confidence": "Medium"}, Confidence.MEDIUM),
        ({}, {"confidence": 7}, Confidence.UNKNOWN),
    ],
)
def test_confidence(bench: ScanHarness, rule: Any, result: Any, confidence: Confidence) -> None:
    tool = {"driver": {"name": "x", "rules": [{"id": "R1", "properties": rule}]}}
    assert one(answer(bench, log({**RESULT, "properties": result}, tool=tool))).confidence is confidence


@pytest.mark.parametrize(
    ("path", "is_hidden"),
    [
        (".lint.yaml", True),
        ("deep/.lintrc", True),
        ("lint.toml", True),
        ("lint-tool.yml", True),
        ("pyproject.toml", True),
        ("x/lint.config.mjs", True),
        (".config/other.yaml", True),
        (".lint/rules.yaml", True),
        ("service.yaml", False),
        ("src/linters.d/a.yaml", False),
        (".github/workflows/a.yml", False),
        ("kept.toml", False),
    ],
)
def test_no_file_of_the_tree_configures_the_tool(path: str, *, is_hidden: bool) -> None:
    options = block("/opt/lint-tool", "{root}", reads=["*", "kept.toml"])
    source = SourceFile(path, Path(path))
    assert (hide_configuration(source, options, "lint") != path) is is_hidden


@pytest.mark.parametrize(
    ("path", "content", "is_hidden"),
    [
        (".lint.yaml", "services:\n  web: {image: nginx}\n", True),  # compose
        ("lint.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n", True),
        (".lint.hcl", "rule {}\n", True),
        (".lint.exs", "%{}\n", True),
        ("lint.php", "<?php\n", True),
        ("lint.neon", "\n%%\n", True),
        ("pyproject.toml", "[tool.lint]\nignore = ['ALL']\n", True),
        ("setup.cfg", "[lint]\nignore = ALL\n", True),
        ("package.json", '{"lintConfig": {}}', True),
        (".gitlab-ci.yml", "build:\n  script: make\n", False),
        ("lint/Dockerfile", "FROM scratch\n", False),
        ("Dockerfile.lint", "FROM scratch\n", False),
        ("go.mod", "module lint\n", False),
        ("lint_test.go", "package main\n", True),
    ],
)
def test_the_name_alone_makes_a_file_configuration(path: str, content: str, *, is_hidden: bool) -> None:
    source = SourceFile(path, Path(path), identify(path, content.encode()))
    assert (hide_configuration(source, block("lint", "{root}"), "x") != path) is is_hidden


def test_a_manifest_is_content_where_the_block_analyzes_it() -> None:
    source = SourceFile("package.json", Path("package.json"), "npm-manifest")
    options = block("lint", "{root}", analyzes={"npm-manifest": ["dependencies"]})
    assert hide_configuration(source, options, "x") == "package.json"


@pytest.mark.parametrize(
    "command",
    [
        *(
            ["npx", "--yes", "lint", "{files}"],
            ["python", "-m", "lint.main", "{root}"],
            ["java", "-jar", "/opt/lint-1.2.jar", "{root}"],
        ),
        *(["sh", "-c", "cd /; /opt/lint --quiet {root}"], ["uv", "run", "other", "{root}"]),
    ],
)
def test_the_tool_may_be_any_word_of_the_command_or_the_name_of_the_block(command: list[str]) -> None:
    source = SourceFile("lint.toml", Path("lint.toml"), "toml")
    assert hide_configuration(source, block(*command), "lint") == "file-lint.toml"
    named_otherwise = hide_configuration(source, block(*command), "x")
    assert named_otherwise == ("lint.toml" if "other" in command else "file-lint.toml")


def test_a_renamed_file_is_analyzed_under_its_own_path(bench: ScanHarness) -> None:
    code = (
        "import json, os, sys\n"
        "names = [os.path.relpath(os.path.join(d, n), sys.argv[1]) for d, _, ns in os.walk(sys.argv[1]) for n in ns]\n"
        "places = [[{'physicalLocation': {'artifactLocation': {'uri': n.replace(' ', '%20')}}}] for n in names]\n"
        "results = [{'ruleId': 'R', 'message': {'text': os.path.basename(n)}, 'locations': p} for n, p in zip(names, places)]\n"
        "run = {'tool': {'driver': {'name': 'x'}}, 'results': results}\n"
        "print(json.dumps({'version': '2.1.0', 'runs': [run]}))\n"
    )
    options = block(sys.executable, "-c", code, "{root}", reads=["*"], trusted="")
    files: dict[str, bytes | str] = {".tool.yaml": "a: 1\n", "file-.tool.yaml": "b: 1\n", "b.txt": "x\n"}
    result = bench.result(SarifCommand("x", options), files, options)
    assert not result.gaps
    names = {finding.location.path: finding.message for finding in result.findings}
    assert names == {".tool.yaml": "file-.tool.yaml", "file-.tool.yaml": "file-.tool.yaml", "b.txt": "b.txt"}


def test_a_long_list_of_files_takes_several_calls(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_command, "MAX_ARGUMENT_BYTES", 300)
    code = (
        "import json, sys\n"
        "run = {'tool': {'driver': {'name': 'x'}}, 'results': [], 'artifacts': [{'location': {'uri': n}} for n in sys.argv[1:]]}\n"
        "assert len(sys.argv) < 8\n"
        "print(json.dumps({'version': '2.1.0', 'runs': [run]}))\n"
    )
    options = block(sys.executable, "-c", code, "{files}", trusted="")
    files: dict[str, bytes | str] = {f"{number}.txt": "x\n" for number in range(20)}
    result = bench.result(SarifCommand("x", options), files, options)
    assert not result.gaps
    assert set(result.analyzed_files) == set(files)


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
            "trusted": "a file that ruff cannot read or parse is a result, or makes it fail",
        },
        {"deep/odd name.py": "x = 1\nexec(x)\n", "ruff.toml": "[lint]\nignore = ['S102']\n", "b.py": "x = 1\n"},
        ("ruff:S102", "deep/odd name.py", 2),
    ),
    "zizmor": (
        {
            "command": ["zizmor", "--offline", "--no-config", "--strict-collection", "--format", "sarif", "{root}"],
            "reads": [".github/workflows/*.yml"],
            "trusted": "with --strict-collection it fails on a file that it cannot read",
            "exit-codes": [0, 11, 12, 13, 14],
        },
        {".github/workflows/a.yml": ZIZMOR, "b.yml": ZIZMOR},
        ("zizmor:zizmor/template-injection", ".github/workflows/a.yml", 6),
    ),
    "cfn-lint": (
        {
            "command": ["cfn-lint", "--format", "sarif", "--output-file", "{output}", "--", "{files}"],
            "reads": ["templates/"],
            "trusted": "a template that it cannot parse is a result",
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


@pytest.mark.parametrize(
    "analyzes", [{"golang": ["code"]}, {"go": ["lint"]}, {"*": ["code"]}, {"*": ["secrets", "code"]}, {"go": []}, {}]
)
def test_a_block_that_declares_what_there_is_not_is_refused(analyzes: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"command": ["x", "{files}"], "analyzes": analyzes}, CommandOptions)


def test_a_block_covers_what_it_declares_and_reads_those_types_unless_it_names_paths() -> None:
    declared = msgspec.convert({"command": ["x", "{files}"], "analyzes": {"go": ["code"], "*": ["secrets"]}}, CommandOptions)
    scanner = SarifCommand("x", declared)
    assert set(scanner.coverage(declared)) == {Coverage("go", Analysis.CODE), Coverage("*", Analysis.SECRETS)}
    types = {"a": "go", "b": "python", "c": "image", "d": "", "e": "archive"}
    assert [path for path, name in types.items() if scanner.reads(FileFacts(path, name), declared)] == ["a", "b"]
    named = msgspec.structs.replace(declared, reads=("c",))
    assert [path for path, name in types.items() if scanner.reads(FileFacts(path, name), named)] == ["c"]
    assert list(SarifCommand("x", block("{files}")).coverage(block("{files}"))) == []


def test_ratings_replace_what_the_output_says_of_a_rule(bench: ScanHarness) -> None:
    ratings = {"R9": {"severity": "critical"}, "R*": {"severity": "low", "cwe": [78, 22]}, "*": {"severity": "info"}}
    found = one(answer(bench, log(RESULT), ratings=ratings))
    assert (found.severity, found.cwe) == (Severity.LOW, (22, 78))
    only = one(answer(bench, log({**RESULT, "level": "error"}), ratings={"R1": {"cwe": [78]}}))
    assert (only.severity, only.cwe) == (Severity.HIGH, (78,))

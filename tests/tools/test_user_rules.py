"""The user's own semgrep rules: how they are read, what they are about, and what semgrep finds with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.errors import PolicyError
from scangate.model import Analysis, Confidence, FindingKind, Severity
from scangate.plugin import FileFacts
from scangate.tools import rule_pack, semgrep
from scangate.tools.semgrep_user_rules import SemgrepWithUserRules
from scangate.tools.user_rules import PREFIX, TOOL_PREFIX, UserRules, read_user_rules
from tests.support.sample_trees import write_files
from tests.support.scan_harness import ScanHarness

ONE = """rules:
  - id: acme-no-tls
    languages: [py]
    severity: ERROR
    message: "connects without TLS: $X"
    pattern: acme.connect($X, ..., tls=False)
    metadata: {cwe: "CWE-319: Cleartext", confidence: medium, references: [https://example.com/tls]}
"""
ANY_CALL = """  - id: any-call
    languages: [python]
    severity: INFO
    message: a call
    pattern: $F(...)
    paths: {include: [app/], exclude: ["*_test.py"]}
"""


def read(folder: Path, text: str) -> UserRules:
    write_files(folder, {"rules/acme.yaml": text})
    return read_user_rules([(folder / "rules", "rules")])


def rule(**fields: object) -> str:
    """A file with one valid rule but for ``fields``, in YAML's flow style."""
    fine: dict[str, object] = {"id": "x", "languages": ["python"], "severity": "ERROR", "message": "m", "pattern": "f()"}
    return f"rules:\n  - { ({**fine, **fields})!r}\n"


def test_a_rule_says_what_a_finding_needs(tmp_path: Path) -> None:
    (found,) = read(tmp_path, ONE).rules
    assert (found.name, found.file, found.line) == ("own/acme-no-tls", "rules/acme.yaml", 2)
    assert (found.severity, found.confidence, found.kind) == (Severity.HIGH, Confidence.MEDIUM, FindingKind.CODE)
    assert (found.cwe, found.help_url, found.languages) == ((319,), "https://example.com/tls", ("python",))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("rules:\n  - id: [\n", 3, "not valid YAML"),
        ("rulez: []\n", 1, "no list `rules`"),
        (rule(id="a b"), 2, "a rule without a valid `id`"),
        (rule(message=""), 2, "no `message`"),
        (rule(severity="BAD"), 2, "unknown severity"),
        (rule(severity=["ERROR"]), 2, "no `severity`"),
        (rule(languages=["klingon"]), 2, "unknown language `klingon`"),
        (rule(languages="python"), 2, "no list `languages`"),
        (rule(mode="join"), 2, "only the modes search and taint"),
        (rule(patterns=[{"pattern-where-python": "x"}]), 2, "it would run Python code"),
        (rule(paths={"include": ["!a"]}), 2, "a pattern that is not supported"),
        (rule(metadata={"content-types": ["klingon"]}), 2, "unknown content type `klingon`"),
        (ONE + ONE.removeprefix("rules:\n"), 8, "a second rule `acme-no-tls`, see rules/acme.yaml:2"),
    ],
)
def test_what_is_no_rule_is_an_error_with_its_place(text: str, line: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        read(tmp_path, text)
    assert caught.value.message.startswith(f"rules/acme.yaml:{line}: ")
    assert words in caught.value.message
    assert caught.value.hint


def test_yaml_that_refers_to_itself_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        read(
            tmp_path,
            "rules:\n  - &r\n    id: x\n    languages: [python]\n    severity: ERROR\n    message: m\n    patterns: [*r]\n",
        )


def test_only_rule_files_are_read(tmp_path: Path) -> None:
    write_files(tmp_path, {"rules/acme.yaml": ONE, "rules/acme.test.yaml": "a: 1\n", "rules/acme.py": "", "rules/.git/x.yaml": "["})
    rules = read_user_rules([(tmp_path / "rules", "rules")])
    assert [each.id for each in rules.rules] == ["acme-no-tls"]
    assert read_user_rules([(tmp_path / "rules" / "acme.yaml", "acme.yaml")]).rules[0].file == "acme.yaml"
    with pytest.raises(PolicyError, match="no rule files"):
        read_user_rules(
            [(tmp_path, "here")] if not write_files(tmp_path / "empty", {"x.txt": ""}) else [(tmp_path / "empty", "here")]
        )
    with pytest.raises(PolicyError, match="no such file"):
        read_user_rules([(tmp_path / "nowhere", "nowhere")])


def test_the_digest_is_that_of_the_files(tmp_path: Path) -> None:
    assert UserRules().digest == ""
    one = read(tmp_path, ONE)
    assert one.digest == read(tmp_path, ONE).digest
    assert one.digest != read(tmp_path, ONE.replace("tls=False", "tls=0")).digest


def test_path_and_type_of_a_file_decide_which_rules_are_about_it(tmp_path: Path) -> None:
    (_, call) = read(tmp_path, ONE + ANY_CALL).rules
    assert [call.is_about(path, "python") for path in ("app/a", "lib/a.py", "app/a_test.py")] == [True, False, False]
    (limited,) = read(tmp_path, rule(languages=["yaml"], metadata={"content-types": ["kubernetes"]})).rules
    assert [limited.is_about("a.yaml", kind) for kind in ("kubernetes", "yaml")] == [True, False]
    (text,) = read(tmp_path, rule(languages=["generic"])).rules
    assert [text.is_about("a", kind) for kind in ("markdown", "python", "image", "")] == [True, True, False, False]


def test_rules_count_as_coverage_like_the_bundled_ones(tmp_path: Path) -> None:
    rules = "rules:\n" + "".join(
        rule(id=f"go-{number}", languages=["go"], metadata={"cwe": [f"CWE-{number}"]}).removeprefix("rules:\n")
        for number in range(10, 20)
    )
    scanner = SemgrepWithUserRules(read(tmp_path, rules))
    covered = {(each.content_type, each.analysis): each.rules for each in scanner.coverage(semgrep.Options())}
    assert covered["go", Analysis.CODE] == 10
    assert {each.content_type for each in semgrep.coverage(semgrep.Options())} < {kind for kind, _ in covered}
    assert scanner.reads(FileFacts("a/x.go", "go"), semgrep.Options())
    few = SemgrepWithUserRules(read(tmp_path, rule(languages=["go"], metadata={"cwe": ["CWE-1"]})))
    assert "go" not in {each.content_type for each in few.coverage(semgrep.Options())}


def test_rules_for_yaml_count_only_for_the_types_that_they_name(tmp_path: Path) -> None:
    plain, named = rule(languages=["yaml"]), rule(languages=["yaml"], metadata={"content-types": ["nomad"]})
    assert not list(read(tmp_path, plain).scopes())
    assert [kind for kind, _ in read(tmp_path, named).scopes()] == ["nomad"]


def test_no_bundled_rule_has_a_name_that_the_users_have() -> None:
    names = {scope.name for scopes in rule_pack.load_scopes().values() for scope in scopes}
    assert not [name for name in names if name.startswith((PREFIX, TOOL_PREFIX))]


def test_semgrep_runs_them_beside_the_bundled_ones(tmp_path: Path) -> None:
    text = ONE + ANY_CALL + rule(id="go-f", languages=["go"]).removeprefix("rules:\n")
    text += rule(id="python-exec", languages=["bash"], pattern="curl -k ...").removeprefix("rules:\n")
    key = "hunter2hunter2"  # pragma: allowlist secret
    result = ScanHarness(tmp_path / "bench").result(
        SemgrepWithUserRules(read(tmp_path, text)),
        {
            "app/a.py": f'import acme\nacme.connect("db", tls=False)\npassword = "{key}"\nacme.connect(password, tls=False)\n',
            "lib/b.py": "f()\neval(input())  # nosemgrep: any-call\n",
            "c.go": "package main\nfunc g() { f() }\n",
            "deploy": "#!/bin/sh\ncurl -k https://example.com/x\n",
        },
    )
    own = [(each.rule, each.location.path, each.location.line) for each in result.findings if f":{PREFIX}" in each.rule]
    assert sorted(own) == [
        ("semgrep:own/acme-no-tls", "app/a.py", 2),
        ("semgrep:own/acme-no-tls", "app/a.py", 4),
        ("semgrep:own/any-call", "app/a.py", 2),
        ("semgrep:own/any-call", "app/a.py", 4),
        ("semgrep:own/go-f", "c.go", 2),
        ("semgrep:own/python-exec", "deploy", 2),
    ]
    assert not result.gaps
    message = next(each.message for each in result.findings if each.rule.endswith("acme-no-tls"))
    assert message == 'connects without TLS: "db"'
    assert all(key not in each.message for each in result.findings)


def test_semgrep_names_the_rules_that_it_cannot_read(tmp_path: Path) -> None:
    rules = read(tmp_path, ONE + rule(id="broken", pattern="f(").removeprefix("rules:\n"))
    broken = list(semgrep.find_broken_rules(rules, ScanHarness(tmp_path / "bench").new_context()))
    assert [(each.id, each.line) for each, _ in broken] == [("broken", 8)]
    assert broken[0][1].startswith("Invalid pattern for Python")
    assert "\n" not in broken[0][1]

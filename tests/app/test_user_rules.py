"""Where the user's own rules are read from, and that neither a tree nor a change brings the rules that it is scanned by."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.app.policy_inputs import PolicyInputs, load_policy_inputs
from scangate.app.requests import ScanRequest
from scangate.app.rule_tests import run_rule_tests
from scangate.app.session import open_session
from scangate.app.user_rules import check_user_rules
from scangate.errors import PolicyError
from scangate.judge.option_comparison import find_looser_options
from scangate.judge.scan_scope import has_rules
from scangate.model import NoteKind
from scangate.tools.semgrep import Options
from tests.support.command import environment, load_verdict, run_scangate
from tests.support.sample_trees import create_repository, run_git, write_files

POLICY = "version: 1\nextends: baseline\nscanners: {semgrep: {rules: [rules]}}\n"
RULE = "rules:\n  - {id: acme, languages: [python], severity: ERROR, message: bad, pattern: acme.f(...)}\n"
OTHER = RULE.replace("acme.f", "other.f")
PULL_REQUEST = {"CHANGE_ID": "7", "CHANGE_TARGET": "main", "BRANCH_NAME": "PR-7"}


def load(tree: Path, policy: Path | None = None, *, trust: bool = False) -> PolicyInputs:
    with open_session(tree) as session:
        request = ScanRequest(root=tree, policy=None if policy is None else str(policy), trust_policy=trust)
        inputs = load_policy_inputs(request, session)
        check_user_rules(inputs.user_rules, session)
        return inputs


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return create_repository(tmp_path / "tree", {"scangate.yaml": POLICY, "rules/acme.yaml": RULE, "app.py": "acme.f()\n"})


def test_rules_beside_a_policy_outside_the_tree(tree: Path, tmp_path: Path) -> None:
    write_files(
        tmp_path / "house", {"policy.yaml": POLICY, "rules/acme.yaml": RULE, "rules/more/b.yml": OTHER.replace("acme", "b")}
    )
    rules = load(tree, tmp_path / "house" / "policy.yaml").user_rules
    assert [(each.name, each.file) for each in rules.rules] == [("own/acme", "rules/acme.yaml"), ("own/b", "rules/more/b.yml")]


def test_a_policy_in_the_tree_needs_trust(tree: Path) -> None:
    with pytest.raises(PolicyError, match=r"scangate\.yaml:3:.*scanners\.semgrep\.rules"):
        load(tree)
    assert [each.id for each in load(tree, trust=True).user_rules.rules] == ["acme"]


def test_a_policy_outside_does_not_make_rules_in_the_tree_trusted(tree: Path, tmp_path: Path) -> None:
    for name in (str(tree / "rules"), "../tree/rules"):
        write_files(tmp_path / "house", {"policy.yaml": POLICY.replace("[rules]", f"['{name}']")})
        with pytest.raises(PolicyError, match="may not bring its own rules"):
            load(tree, tmp_path / "house" / "policy.yaml")


def test_a_pull_request_is_scanned_by_the_rules_of_its_target(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_git(tree, "switch", "--quiet", "--create", "topic")
    write_files(tree, {"rules/acme.yaml": OTHER, "rules/new.yaml": OTHER.replace("acme", "new")})
    run_git(tree, "add", "--all")
    run_git(tree, "commit", "--quiet", "--message", "topic")
    for name, value in PULL_REQUEST.items():
        monkeypatch.setenv(name, value)
    write_files(tmp_path / "house", {"policy.yaml": POLICY.replace("[rules]", f"['{tree / 'rules'}']")})
    for policy in (None, tmp_path / "house" / "policy.yaml"):
        inputs = load(tree, policy, trust=True)
        assert ["acme.f" in each.definition for each in inputs.user_rules.rules] == [True]
        assert inputs.user_rules.rules[0].file == "main:rules/acme.yaml"
        changed = {(note.path, note.text) for note in inputs.changes if note.kind is NoteKind.POLICY_CHANGED}
        assert changed == {("rules/acme.yaml", "edits"), ("rules/new.yaml", "adds")}


def test_staged_files_are_scanned_by_staged_rules(tree: Path) -> None:
    write_files(tree, {"rules/acme.yaml": OTHER})
    with open_session(tree) as session:
        inputs = load_policy_inputs(ScanRequest(root=tree, staged=(), trust_policy=True), session)
    assert ["acme.f" in each.definition for each in inputs.user_rules.rules] == [True]


def test_a_rule_that_semgrep_cannot_read_is_a_policy_error(tree: Path) -> None:
    write_files(tree, {"rules/acme.yaml": RULE.replace("acme.f(...)", "'acme.f('")})
    with pytest.raises(PolicyError, match=r"^rules/acme\.yaml:2: rule `acme`: Invalid pattern"):
        load(tree, trust=True)


def test_a_floor_and_a_verdict_need_at_least_their_rules() -> None:
    assert find_looser_options(Options(), Options(rules=("a",))) == ()
    assert find_looser_options(Options(rules=("a",)), Options()) == ("rules",)
    assert find_looser_options(Options(rules=("a",)), {"front-end": "experimental"}) == ("rules",)
    assert [has_rules(ran, "b") for ran in ("b", "b+c", "c", "b2")] == [True, True, False, False]
    assert [has_rules(ran, "b+c") for ran in ("b", "b+c", "b+d")] == [False, True, False]


def test_a_scan_counts_caches_and_records_them(tree: Path, tmp_path: Path) -> None:
    write_files(tmp_path / "house", {"policy.yaml": POLICY, "rules/acme.yaml": RULE})
    options = ["scan", "--policy", str(tmp_path / "house" / "policy.yaml"), "--output-dir", str(tmp_path / "out")]
    environ = environment()
    found = []
    for text in (RULE, RULE.replace("acme.f", "acme.g")):
        write_files(tmp_path / "house", {"rules/acme.yaml": text})
        run_scangate(*options, cwd=tree, env=environ)
        verdict = load_verdict(tmp_path / "out")
        found.append([each["rule"] for each in verdict["findings"]])
    assert found == [["semgrep:own/acme"], []]


EXAMPLES = {
    "acme.py": "# ruleid: acme\nacme.f()\n# ok: acme\nacme.g()\n",
    "acme.test.py": "# todoruleid: acme\ng = acme.f\n# todook: acme\nacme.f(1)\n",
}


def test_examples_that_come_out_as_they_say(tmp_path: Path) -> None:
    write_files(tmp_path, {"acme.yaml": RULE, **EXAMPLES})
    result = run_rule_tests(tmp_path)
    assert (result.rules, result.examples, result.failures) == (1, 2, ())


def test_examples_that_do_not(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "acme.yaml": RULE + OTHER.replace("acme", "b").removeprefix("rules:\n"),
            "acme.py": "# ruleid: acme, nope\nx = 1\n\n# ok: acme\nacme.f()\n",
            "acme.broken.py": "def f(:\n",
        },
    )
    failures = [each.removeprefix(f"{tmp_path}/") for each in run_rule_tests(tmp_path).failures]
    assert [each.split(":")[:2] for each in failures] == [
        ["acme.broken.py", "1"],
        ["acme.py", "2"],
        ["acme.py", "2"],
        ["acme.py", "5"],
        ["acme.yaml", "3"],
        ["acme.yaml", "3"],
    ]


def test_the_command_ends_with_the_outcome(tmp_path: Path) -> None:
    write_files(tmp_path, {"good/acme.yaml": RULE, **{f"good/{name}": text for name, text in EXAMPLES.items()}, "bad/a.yaml": RULE})
    assert "all as expected" in run_scangate("rules", "test", "good", cwd=tmp_path).expect(0).output
    assert "no example" in run_scangate("rules", "test", "bad", cwd=tmp_path).expect(1).output
    run_scangate("rules", "test", "nowhere", cwd=tmp_path).expect(2)

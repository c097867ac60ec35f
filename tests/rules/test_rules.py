"""Every rule finds what its bad examples mark and nothing in its good ones, in both of semgrep's front ends."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from scangate.tools import rule_pack
from scangate.tools.semgrep_input import PreparedSource, prepare_source
from scangate.tools.source_edits import LineStarts
from tests.support.python_layout_changes import CHANGES, Change
from tests.support.rule_pack import (
    EXAMPLES,
    RULES,
    SemgrepRun,
    example_files,
    expected_findings,
    is_bad_example,
    is_document_rule,
    load_rules,
    rule_files,
    run_semgrep,
)

PACK = load_rules()
SEMGREP_PACK = [rule for rule in PACK if not is_document_rule(rule)]
SEVERITIES = {"INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"}
LANGUAGES = {"python", "javascript", "typescript", "dockerfile", "yaml", "json", "terraform", "bash"}


@pytest.fixture(scope="session")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> SemgrepRun:
    return run_semgrep(tmp_path_factory.mktemp("ordinary"))


@pytest.fixture(scope="session")
def experimental(tmp_path_factory: pytest.TempPathFactory) -> SemgrepRun:
    return run_semgrep(tmp_path_factory.mktemp("experimental"), "--experimental")


def of(rule: str) -> tuple[Path, dict[str, Any]]:
    return PACK[rule]


def test_the_pack_covers_at_least_thirty_weaknesses() -> None:
    assert len({rule.removesuffix("-json") for rule in PACK}) >= 30


@pytest.mark.parametrize("rule", sorted(PACK))
def test_a_rule_has_a_bad_and_a_good_example_for_each_language(rule: str) -> None:
    bad = [path for path in example_files(rule) if is_bad_example(path)]
    good = [path for path in example_files(rule) if not is_bad_example(path)]
    assert bad, f"{rule}: no bad example below {EXAMPLES / rule}"
    assert good, f"{rule}: no good example below {EXAMPLES / rule}"
    for path in bad:
        assert expected_findings(path), f"{path}: marks no line"
    for path in good:
        assert not expected_findings(path), f"{path}: a good example marks a line"
    for language in of(rule)[1]["languages"]:
        assert any(spoken(path) == language for path in bad), f"{rule}: no bad example in {language}"
        assert any(spoken(path) == language for path in good), f"{rule}: no good example in {language}"


@pytest.mark.parametrize("rule", sorted(SEMGREP_PACK))
def test_a_rule_finds_the_marked_lines_and_no_other(rule: str, experimental: SemgrepRun) -> None:
    wanted: Counter[tuple[str, str, int]] = Counter()
    for path in example_files(rule):
        wanted += expected_findings(path)
    here = {path.relative_to(EXAMPLES).as_posix() for path in example_files(rule)}
    found = Counter({place: count for place, count in experimental.places.items() if place[0] == rule and place[1] in here})
    assert found == wanted


def test_every_example_belongs_to_a_rule() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(PACK)


@pytest.mark.parametrize("front_end", ["ordinary", "experimental"])
def test_a_front_end_reads_all_rules_and_all_examples(front_end: str, request: pytest.FixtureRequest) -> None:
    answer: SemgrepRun = request.getfixturevalue(front_end)
    assert answer.errors == ()
    assert answer.scanned == {path.relative_to(EXAMPLES).as_posix() for rule in SEMGREP_PACK for path in example_files(rule)}


def test_both_front_ends_give_identical_findings(ordinary: SemgrepRun, experimental: SemgrepRun) -> None:
    assert ordinary.findings == experimental.findings


@pytest.mark.parametrize("ending", [".py", ".js", ".ts", ".yml", ".yaml", ".json", ".dockerfile", ".tf"])
def test_the_rules_for_a_language_find_all_that_the_whole_pack_finds(ending: str, experimental: SemgrepRun, tmp_path: Path) -> None:
    alone = run_semgrep(tmp_path, "--experimental", given=rule_pack.rule_files_for([f"a{ending}"]), ending=ending)
    assert alone.findings == tuple(finding for finding in experimental.findings if finding[1].endswith(ending))
    assert alone.scanned == {path for path in experimental.scanned if path.endswith(ending)}
    assert alone.findings
    assert not alone.errors


NEWER = b"""
match 0:
    case [a, *b] if a:
        pass
    case {"k": _} | None as c:
        pass
x = a @ b
x[y := 1]
x[a, *b]
"""


def test_newer_syntax_at_the_end_hides_no_finding(experimental: SemgrepRun, tmp_path: Path) -> None:
    def change(data: bytes) -> PreparedSource:
        return prepare_source("a.py", data.rstrip(b"\n") + NEWER)

    changed = run_semgrep(tmp_path / "changed", "--experimental", ending=".py", change=change)
    assert changed.places == Counter({place: n for place, n in experimental.places.items() if place[1].endswith(".py")})
    raw = run_semgrep(
        tmp_path / "raw", "--experimental", ending=".py", change=lambda data: PreparedSource(data.rstrip(b"\n") + NEWER)
    )
    assert raw.errors == ()
    assert changed.places - raw.places, "semgrep has learnt them: python_downlevel is not needed any more"


OFTEN_CHANGED = {"line-breaks", "continued-lines", "imports", "builtins-alias"}


class _Relaid:
    """An example in another layout, prepared; positions are those of the example."""

    def __init__(self, data: bytes, change: Change) -> None:
        self._changed = change(data)
        self._original, self._lines = LineStarts(data), LineStarts(self._changed.data)
        self._prepared = prepare_source("a.py", self._changed.data)
        assert self._prepared.error is None
        self.text = self._prepared.text

    def locate(self, start: tuple[int, int], end: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
        first, last = self._prepared.locate(start, end)
        found = self._changed.original_start(self._lines.offset(*first)), self._changed.original_end(self._lines.offset(*last))
        return self._original.position(found[0]), self._original.position(found[1])


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in OFTEN_CHANGED else pytest.mark.nightly) for name in CHANGES]
)
def test_layout_changes_no_finding(name: str, experimental: SemgrepRun, tmp_path: Path) -> None:
    changed = run_semgrep(tmp_path, "--experimental", ending=".py", change=lambda data: _Relaid(data, CHANGES[name]))
    wanted = Counter({place: n for place, n in experimental.places.items() if place[1].endswith(".py")})
    assert changed.errors == ()
    assert (wanted - changed.places, changed.places - wanted) == (Counter(), Counter())


@pytest.mark.parametrize("rule", sorted(PACK))
def test_a_rule_has_all_metadata_for_reports(rule: str) -> None:
    parsed = of(rule)[1]
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", rule)
    assert set(parsed["languages"]) <= LANGUAGES
    assert "fix" not in parsed
    assert "$" not in parsed["message"], "a metavariable could carry a secret into a report"
    assert len(parsed["message"].split()) >= 15
    facts = parsed["metadata"]
    assert set(facts) == {"cwe", "severity", "confidence", "kind", "title", "help"}
    assert facts["cwe"]
    assert all(re.fullmatch(r"CWE-[1-9]\d*", one) for one in facts["cwe"])
    assert facts["severity"] in SEVERITIES
    assert parsed["severity"] == facts["severity"]
    assert facts["confidence"] in {"LOW", "MEDIUM", "HIGH"}
    assert facts["kind"] in {"code", "secret", "configuration"}
    assert 10 <= len(facts["title"]) <= 80
    assert "$" not in facts["title"]
    assert facts["help"].startswith("https://")


@pytest.mark.parametrize("rule", sorted(name for name in PACK if name.endswith("-json")))
def test_json_rules_match_their_yaml_twins(rule: str) -> None:
    first, twin = of(rule.removesuffix("-json")), of(rule)
    assert first[0] == twin[0]
    assert (first[1]["languages"], twin[1]["languages"]) == (["yaml"], ["json"])
    assert (first[1]["message"], first[1]["metadata"]) == (twin[1]["message"], twin[1]["metadata"])


OTHER_SOURCES = {"python-model-output-executed", "python-random-in-session"}
"""Rules about values that come from elsewhere than from a request."""


def test_taint_rules_about_the_same_kind_of_code_have_the_same_sources() -> None:
    groups: dict[str, list[str]] = {}
    for name, (file, rule) in PACK.items():
        if rule.get("mode") == "taint" and name not in OTHER_SOURCES:
            kind = "browser" if file.stem.startswith("browser") else "server"
            groups.setdefault(f"{rule['languages'][0]}, {kind}", []).append(json.dumps(rule["pattern-sources"]))
    assert {group: len(set(sources)) for group, sources in groups.items()} == dict.fromkeys(groups, 1)
    assert groups.keys() == {"python, server", "javascript, server", "javascript, browser"}
    assert min(len(groups[f"{language}, server"]) for language in ("python", "javascript")) >= 10


@pytest.mark.parametrize("file", rule_files(), ids=lambda file: str(file.relative_to(RULES)))
def test_a_rule_file_has_a_heading_and_block_style(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert file.suffix == ".yaml"
    assert re.match(r"# [A-Z].*\.\n", text), "a rule file opens with a sentence on its job"
    events = yaml.parse(text, Loader=yaml.SafeLoader)
    assert not any(getattr(event, "flow_style", False) for event in events), "flow style is refused by --experimental"


def spoken(path: Path) -> str:
    """The language semgrep takes an example for, from its name."""
    if "dockerfile" in path.name.lower():
        return "dockerfile"
    if path.suffix == ".sh":
        return "bash"
    by_suffix = {suffix: language for language, endings in rule_pack.SUFFIXES.items() for suffix in endings}
    return by_suffix.get(path.suffix, "yaml")

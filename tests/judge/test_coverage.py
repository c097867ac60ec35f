"""What was analyzed by content type, and the gaps of content that no scanner analyzed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

import scangate
from scangate.advisories.conda_packages import conda_gap
from scangate.content.catalog import CONTENT_TYPES
from scangate.content.scanner_suggestions import SUGGESTIONS, acceptance_hint, suggest_acceptance, suggest_scanner
from scangate.judge.coverage import measure_coverage, restrict_coverage, rule_coverage_gaps
from scangate.judge.decode import decode_node
from scangate.judge.evaluation import evaluate
from scangate.judge.policy import AllowedGap, PathExclusion
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.judge.policy_schema import PolicyDocument
from scangate.judge.policy_yaml import parse_policy_yaml
from scangate.model import (
    ANY_TYPE,
    Analysis,
    AnalysisCoverage,
    Basis,
    ContentCoverage,
    ContentFiles,
    Coverage,
    FileSource,
    Gap,
    GapKind,
    GapRuling,
    Outcome,
    ScanResult,
    ScanStatus,
    SkippedPath,
    SkipReason,
    Targets,
)
from scangate.report.coverage_text import list_mergeable, merge_hints, remaining_hint
from scangate.tools.sarif_command import Options as CommandOptions
from tests.support.policy_builders import TODAY, make_policy

CODE, CONFIGURATION, SECRETS, DEPENDENCIES = Analysis
DECLARED = {
    "bandit": (Coverage("python", CODE, 75),),
    "semgrep": (Coverage("python", CODE, 39), Coverage("dockerfile", CONFIGURATION, 9)),
    "detect-secrets": (Coverage(ANY_TYPE, SECRETS),),
    "pip-audit": (Coverage("python-manifest", DEPENDENCIES),),
}
Tree = Mapping[str, tuple[str, ...]]
TREE: Tree = {
    "python": ("a.py", "b.py"),
    "dockerfile": ("Dockerfile",),
    "go": ("cmd/main.go", "pkg/x.go"),
    "npm-manifest": ("package.json",),
    "markdown": ("README.md",),
    "image": ("logo.png",),
}
READS = {
    "bandit": ("python",),
    "semgrep": ("python", "dockerfile"),
    "pip-audit": (),
    "detect-secrets": tuple(set(TREE) - {"image"}),
}


def targets(tree: Tree = TREE, **more: Any) -> Targets:
    files = {path for paths in tree.values() for path in paths}
    content = tuple(ContentFiles(name, tuple(sorted(paths))) for name, paths in tree.items())
    return Targets(FileSource.FILE_SYSTEM, len(files), content=content, **more)


def result(scanner: str, paths: Iterable[str], gaps: Iterable[Gap] = (), status: ScanStatus | None = None) -> ScanResult:
    gaps = tuple(gaps)
    with_gap = {gap.path for gap in gaps} - {None}
    files = tuple(sorted(set(paths) - with_gap))
    status = status or (ScanStatus.COMPLETE if not gaps else ScanStatus.PARTIAL if files else ScanStatus.FAILED)
    return ScanResult(scanner, "1", status, files_given=len(files) + len(with_gap), analyzed_files=files, gaps=gaps)


def results(tree: Tree = TREE, **replaced: ScanResult) -> list[ScanResult]:
    plain = {name: result(name, [path for each in READS[name] for path in tree.get(each, ())]) for name in READS}
    return list((plain | {each.scanner: each for each in replaced.values()}).values())


def measured(found: Iterable[ScanResult] | None = None, **more: Any) -> dict[tuple[str, Analysis], AnalysisCoverage]:
    arguments: dict[str, Any] = {"targets": targets(), "declared": DECLARED, "policy": make_policy(), **more}
    rows = measure_coverage(results=results() if found is None else found, **arguments)
    return {(row.content_type, each.analysis): each for row in rows for each in row.analyses}


def missing(rows: dict[tuple[str, Analysis], AnalysisCoverage]) -> dict[tuple[str, Analysis], tuple[str, ...]]:
    return {key: row.not_analyzed for key, row in rows.items() if row.not_analyzed}


GO_AND_NPM = {("go", CODE): TREE["go"], ("npm-manifest", DEPENDENCIES): TREE["npm-manifest"]}


def test_each_analysis_that_content_calls_for_is_measured() -> None:
    rows = measured()
    assert rows["python", CODE] == AnalysisCoverage(CODE, 2, ("bandit", "semgrep"), 114)
    assert rows["dockerfile", CONFIGURATION] == AnalysisCoverage(CONFIGURATION, 1, ("semgrep",), 9)
    assert rows["go", CODE] == AnalysisCoverage(CODE, not_analyzed=TREE["go"])
    assert {name for name, analysis in rows if analysis is SECRETS} == set(TREE) - {"image"}
    assert missing(rows) == GO_AND_NPM


def test_files_are_counted_by_content_type() -> None:
    rows = measure_coverage(targets(), results(), DECLARED, make_policy())
    assert {row.content_type: row.files for row in rows} == {name: len(paths) for name, paths in TREE.items()}
    assert next(row for row in rows if row.content_type == "image").analyses == ()


def test_what_is_analyzed_without_being_called_for_is_shown() -> None:
    declared = {**DECLARED, "plugin": (Coverage("markdown", CONFIGURATION, 3),)}
    rows = measured([*results(), result("plugin", TREE["markdown"])], declared=declared)
    assert rows["markdown", CONFIGURATION] == AnalysisCoverage(CONFIGURATION, 1, ("plugin",), 3)


@pytest.mark.parametrize(
    ("declaration", "missed"),
    [
        (Coverage("go", CODE), False),
        (Coverage("go", SECRETS), True),
        (Coverage("go-manifest", CODE), True),
        (Coverage(ANY_TYPE, CODE), True),
    ],
)
def test_only_the_very_analysis_of_the_very_type_counts(declaration: Coverage, missed: bool) -> None:
    rows = measured([*results(), result("gosec", TREE["go"])], declared={**DECLARED, "gosec": (declaration,)})
    assert (("go", CODE) in missing(rows)) is missed


def test_a_template_is_not_covered_by_the_language_that_is_made_from_it() -> None:
    tree = {"python-template": ("app.py.j2",)}
    rows = measured([result("bandit", ["app.py.j2"])], targets=targets(tree))
    assert missing(rows)["python-template", CODE] == ("app.py.j2",)


def test_files_that_a_scanner_did_not_get_are_missed() -> None:
    rows = measured([*results(), result("gosec", ["pkg/x.go"])], declared={**DECLARED, "gosec": (Coverage("go", CODE),)})
    assert rows["go", CODE] == AnalysisCoverage(CODE, 1, ("gosec",), not_analyzed=("cmd/main.go",))


def test_a_gap_of_the_scanner_is_not_doubled() -> None:
    crash = Gap("bandit", "a.py", GapKind.CRASH, "r")
    lost = Gap("semgrep", "a.py", GapKind.UNPARSABLE, "r")
    python = TREE["python"]
    rows = measured(results(one=result("bandit", python, [crash]), two=result("semgrep", [*python, "Dockerfile"], [lost])))
    assert rows["python", CODE] == AnalysisCoverage(CODE, 1, ("bandit", "semgrep"), 114)
    gone = Gap("bandit", None, GapKind.TOOL_MISSING, "r")
    rows = measured([result("bandit", (), [gone])], targets=targets({"python": python}))
    assert missing(rows) == {("python", SECRETS): python}


def test_a_gap_of_another_scanner_excuses_nothing() -> None:
    other = Gap("detect-secrets", "pkg/x.go", GapKind.TIMEOUT, "r")
    rows = measured(results(one=result("detect-secrets", [*TREE["go"], "a.py", "b.py"], [other])))
    assert missing(rows)["go", CODE] == TREE["go"]


def test_a_file_that_is_not_there_is_not_doubled() -> None:
    absent = Gap("targets", "pkg/x.go", GapKind.ABSENT, "r")
    assert missing(measured(targets=targets(gaps=(absent,))))["go", CODE] == ("cmd/main.go",)


def test_what_the_policy_excludes_calls_for_nothing() -> None:
    excluded = make_policy(exclusions=(PathExclusion("pkg/", "vendored"), PathExclusion("package.json", "r")))
    rows = measured(policy=excluded)
    assert missing(rows) == {("go", CODE): ("cmd/main.go",)}
    assert ("npm-manifest", SECRETS) not in rows


def test_an_exclusion_for_the_scanners_that_would_analyze_it_is_a_reason_and_one_for_others_is_not() -> None:
    python = {"python": ("a.py",)}
    skipped = SkippedPath("a.py", SkipReason.EXCLUDED, "bandit", "generated")
    bandit = msgspec.structs.replace(result("bandit", ()), skipped_paths=(skipped,))
    rows = measured([bandit, result("detect-secrets", ["a.py"])], targets=targets(python))
    assert missing(rows) == {}
    secrets = msgspec.structs.replace(result("detect-secrets", ()), skipped_paths=(skipped,))
    assert missing(measured([result("bandit", ()), secrets], targets=targets(python))) == {("python", CODE): ("a.py",)}


def test_a_piece_may_be_covered_by_the_rules_for_the_file_that_it_is_in() -> None:
    declared = {"semgrep": (Coverage("buildspec", CONFIGURATION, 10), Coverage("shell", CODE, 10, "buildspec"))}
    tree = {
        "buildspec": ("buildspec.yml", "template.yaml"),
        "cloudformation": ("template.yaml",),
        "shell": ("buildspec.yml", "run.sh", "template.yaml"),
    }
    read = ["buildspec.yml", "run.sh", "template.yaml"]
    rows = measured(
        [result("semgrep", read), result("detect-secrets", read)], targets=targets(tree), declared={**DECLARED, **declared}
    )
    assert rows["shell", CODE] == AnalysisCoverage(CODE, 1, ("semgrep",), 10, not_analyzed=("run.sh", "template.yaml"))
    off = ScanResult("semgrep", "", ScanStatus.SKIPPED, reason="off")
    rows = measured([off], targets=targets({"buildspec": ("b.yml",), "shell": ("b.yml", "run.sh")}), declared=declared)
    assert rows["shell", CODE] == AnalysisCoverage(CODE, not_analyzed=("b.yml", "run.sh"), not_run=("semgrep",))
    crash = Gap("semgrep", "b.yml", GapKind.CRASH, "r")
    found = [result("semgrep", ["b.yml"], [crash])]
    rows = measured(found, targets=targets({"buildspec": ("b.yml",), "shell": ("b.yml",)}), declared=declared)
    assert rows["shell", CODE] == AnalysisCoverage(CODE)


def test_scanners_that_did_not_run_and_that_declare_nothing_are_named() -> None:
    off = ScanResult("bandit", "", ScanStatus.SKIPPED, reason="off")
    rows = measured([off, result("linter", ["a.py"])], targets=targets({"python": ("a.py",)}))
    assert rows["python", CODE] == AnalysisCoverage(CODE, not_analyzed=("a.py",), not_run=("bandit",), undeclared=("linter",))


def test_text_of_an_unknown_type_calls_for_secrets() -> None:
    rows = measured([], targets=targets({"unknown": ("x",), "made-up-type": ("y",)}))
    assert set(missing(rows)) == {("unknown", SECRETS), ("made-up-type", SECRETS)}


# -- gaps --

GO = ContentCoverage("go", 2, (AnalysisCoverage(CODE, not_analyzed=TREE["go"]), AnalysisCoverage(SECRETS, 2, ("detect-secrets",))))


def rulings(*rows: ContentCoverage, **changes: Any) -> list[GapRuling]:
    return list(rule_coverage_gaps(rows or (GO,), PolicyMatcher(make_policy(**changes))))


def allowed(**selectors: Any) -> dict[str, Any]:
    return {"allowed_gaps": (AllowedGap(GapKind.NOT_ANALYZED, "reviewed", **selectors),)}


def test_a_type_and_an_analysis_make_one_gap() -> None:
    (ruling,) = rulings()
    gap = ruling.gap
    assert (gap.kind, gap.path, gap.content_type, gap.analysis, gap.files) == (GapKind.NOT_ANALYZED, None, "go", CODE, 2)
    assert ruling.blocking
    assert ruling.decision.basis is Basis.GAP_NOT_ALLOWED


@pytest.mark.parametrize(
    ("selectors", "blocking"),
    [
        ({}, [False]),
        ({"content_type": "go"}, [False]),
        ({"content_type": "g*"}, [False]),
        ({"content_type": "go-*"}, [True]),
        ({"content_type": "rust"}, [True]),
        ({"analysis": CODE}, [False]),
        ({"content_type": "go", "analysis": DEPENDENCIES}, [True]),
        ({"content_type": "go", "path": "cmd/"}, [False, True]),
        ({"path": "*.go"}, [False]),
        ({"scanner": "coverage"}, [False]),
        ({"scanner": "bandit"}, [True]),
    ],
)
def test_an_entry_of_the_policy_accepts_what_its_selectors_match(selectors: dict[str, Any], blocking: list[bool]) -> None:
    found = rulings(**allowed(**selectors))
    assert sorted(ruling.blocking for ruling in found) == blocking
    assert sum(ruling.gap.files for ruling in found) == 2
    assert all(ruling.decision.reason == "reviewed" for ruling in found if not ruling.blocking)


def test_an_entry_of_another_kind_accepts_nothing() -> None:
    (ruling,) = rulings(allowed_gaps=(AllowedGap(GapKind.UNPARSABLE, "r"), AllowedGap(GapKind.NOT_OPENED, "r", content_type="go")))
    assert ruling.blocking


def test_a_selector_of_a_content_type_matches_no_gap_about_a_file() -> None:
    gap = Gap("bandit", "a.go", GapKind.NOT_ANALYZED, "r")
    assert PolicyMatcher(make_policy(**allowed(content_type="*"))).allowance_of(gap) is None
    assert PolicyMatcher(make_policy(**allowed(analysis=CODE))).allowance_of(gap) is None


def test_another_policy_may_exclude_more() -> None:
    (ruling,) = rulings(exclusions=(PathExclusion("pkg/", "r"),))
    assert ruling.gap.files == 1
    assert rulings(exclusions=(PathExclusion("*.go", "r"),)) == []


def test_a_required_scanner_that_did_not_run_has_its_own_gap() -> None:
    row = ContentCoverage("python", 1, (AnalysisCoverage(CODE, not_analyzed=("a.py",), not_run=("bandit",)),))
    assert rulings(row, required_scanners=("bandit",)) == []
    assert len(rulings(row, required_scanners=())) == 1
    assert len(rulings(row, required_scanners=("semgrep",))) == 1


def test_the_hint_names_what_to_do() -> None:
    def hint(**fields: Any) -> str:
        (ruling,) = rulings(ContentCoverage("python", 1, (AnalysisCoverage(CODE, not_analyzed=("a.py",), **fields),)))
        return ruling.gap.hint

    assert "bandit: {enabled: true}" in hint(not_run=("bandit",))
    assert "linter: {analyzes: {python: [code]}}" in hint(undeclared=("linter",), not_run=("bandit",))


@pytest.mark.parametrize(("outcome", "changes"), [(Outcome.INCOMPLETE, {}), (Outcome.PASS, allowed(content_type="go"))])
def test_the_verdict_is_incomplete_unless_the_policy_accepts_the_gap(outcome: Outcome, changes: dict[str, Any]) -> None:
    policy = make_policy(required_scanners=(), **changes)
    verdict = evaluate(results(), targets(), policy, TODAY, coverage=[GO])
    assert verdict.outcome is outcome
    assert [ruling.gap.kind for ruling in verdict.gaps] == [GapKind.NOT_ANALYZED]


def test_coverage_of_a_folder_is_what_was_not_analyzed_in_it() -> None:
    (row,) = restrict_coverage([GO], "cmd/")
    assert (row.files, row.analyses) == (1, (AnalysisCoverage(CODE, not_analyzed=("cmd/main.go",)),))
    assert restrict_coverage([GO], "docs/") == ()


# -- hints --


def test_every_hint_that_accepts_a_gap_says_that_a_floor_can_refuse() -> None:
    assert "unless a floor refuses" in acceptance_hint("go", CODE)
    assert "unless a floor refuses" in conda_gap("environment.yml", 1, 2, is_pinned=True).hint
    package = Path(scangate.__file__).parent
    writers = [file.name for file in package.rglob("*.py") if re.search(r"allowed-gaps: \[\{[^.]", file.read_text("utf-8"))]
    assert writers == ["scanner_suggestions.py"]


def test_a_scanner_is_suggested_for_every_content_type_in_a_block_that_a_policy_can_have() -> None:
    for content_type, analysis in itertools.product(CONTENT_TYPES, (CODE, CONFIGURATION, DEPENDENCIES)):
        suggestion = suggest_scanner(content_type, analysis)
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", suggestion.scanner)
        block = yaml.safe_load(suggestion.block)
        if suggestion.command:
            assert block == {"enabled": "auto"}
        else:
            assert analysis in msgspec.convert(block, CommandOptions).analyzes[content_type]
        assert yaml.safe_load(suggest_acceptance(content_type, analysis))["language"] == content_type
    assert suggest_scanner("go", SECRETS).scanner == "detect-secrets"


def test_one_block_of_a_scanner_is_for_all_types_that_lack_it() -> None:
    missing = {"shell", "r", "go", "kubernetes"}
    shell, r = (suggest_scanner(name, CODE, missing) for name in ("shell", "r"))
    assert shell == r
    assert set(msgspec.convert(yaml.safe_load(r.block), CommandOptions).analyzes) == {"shell", "r"}


def test_advisories_are_fetched_with_one_command_for_all_types_that_lack_them() -> None:
    suggestion = suggest_scanner("npm-manifest", DEPENDENCIES, {"go-manifest", "npm-manifest", "gradle"})
    assert suggestion.command == "scangate advisories update --ecosystem go,npm"
    assert suggestion.command in suggestion.hint


def test_suggestions_are_for_content_that_calls_for_them() -> None:
    for each in SUGGESTIONS:
        assert all(each.analysis in CONTENT_TYPES[name].analyses for name in each.content_types.split())


def test_the_hints_of_several_gaps_merge_to_blocks_that_one_policy_can_have() -> None:
    def row(content_type: str, analysis: Analysis, **fields: Any) -> ContentCoverage:
        return ContentCoverage(content_type, 1, (AnalysisCoverage(analysis, not_analyzed=("x",), **fields),))

    rows = [row(name, CODE) for name in ("shell", "r", "gradle", "csharp-template")]
    rows += [row(name, CONFIGURATION) for name in ("kubernetes", "helm-chart", "terraform")]
    rows += [row("gradle", DEPENDENCIES), row("python", CODE, not_run=("bandit",))]
    found = list(rule_coverage_gaps(rows, PolicyMatcher(make_policy())))
    mergeable = list_mergeable(found)
    assert len(mergeable) == len(rows)
    assert {remaining_hint(gap, mergeable) for gap in mergeable} == {"", "enable bandit: scanners: {bandit: {enabled: true}}"}
    pasted = "\n".join(["version: 1", *itertools.chain(*(lines for _, lines in merge_hints(mergeable)))])
    policy = decode_node(parse_policy_yaml(pasted.encode(), "p"), PolicyDocument)
    assert set(policy.scanners) == {"semgrep-rules", "gradle-scanner", "csharp-template-scanner", "trivy", "trivy-audit"}
    assert len(policy.coverage.allowed_gaps) == len(rows)
    assert list_mergeable(found[:1]) == []
    assert remaining_hint(found[0].gap, []) == found[0].gap.hint


def test_merged_hints_name_the_command_for_advisories_and_no_scanner_that_is_enabled() -> None:
    names = ("npm-manifest", "go-manifest")
    rows = [ContentCoverage(name, 1, (AnalysisCoverage(DEPENDENCIES, not_analyzed=("x",)),)) for name in names]
    found = list(rule_coverage_gaps(rows, PolicyMatcher(make_policy())))
    (fetch, accept) = merge_hints(list_mergeable(found))
    assert fetch == (
        "to have the dependencies audited, fetch the advisories:",
        ["scangate advisories update --ecosystem go,npm"],
    )
    assert accept[0] == "to accept it, with your reasons:"


def test_templates_of_helm_are_one_gap_for_each_chart_with_the_command_that_renders_it() -> None:
    paths = ("a/shop/templates/pod.yaml", "a/shop/templates/tests/x.yaml", "my charts/b/templates/y.yaml", "templates/z.yaml")
    row = ContentCoverage("helm-template", 4, (AnalysisCoverage(CONFIGURATION, not_analyzed=paths),))
    found = list(rule_coverage_gaps([row], PolicyMatcher(make_policy())))
    assert [each.gap.files for each in found] == [2, 1, 1]
    assert ["helm template a/shop " in each.gap.hint for each in found] == [True, False, False]
    assert "helm template 'my charts/b' " in found[1].gap.hint
    assert "helm template . " in found[2].gap.hint

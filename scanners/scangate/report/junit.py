"""JUnit XML for CodeBuild test reports: a suite for each scanner, a case for each finding, each gap and each clean folder."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

import junitparser

from scangate.model import Basis, ContentCoverage, GapRuling, Report, Ruling, RulingOutcome, ScanResult, ScanStatus, Severity
from scangate.report import escape, summary, wording
from scangate.report.coverage_text import count_not_analyzed, describe_content, list_coverage
from scangate.report.decision_text import explain_decision, explain_tolerated_gap
from scangate.report.wording import pluralize

MAX_CASES = 500
"""CodeBuild's limits: https://docs.aws.amazon.com/codebuild/latest/userguide/test-report.html"""
MAX_NAME_LENGTH = 1000
MAX_MESSAGE_LENGTH = 1500
MAX_TEXT_LENGTH = 3000
MAX_SECONDS = 10.0**9

RESULT_ORDER = ("failure", "error", "skipped", "")
RESULT_TYPES = {"failure": junitparser.Failure, "error": junitparser.Error, "skipped": junitparser.Skipped}
CASE_RESULTS = {RulingOutcome.BLOCKING: "failure", RulingOutcome.NOT_JUDGED: "skipped", RulingOutcome.SUPPRESSED: "skipped"}
"""The outcomes of findings that have a case, and its result; of the others there is a number for each folder."""


class Case(NamedTuple):
    """A test case with raw text; ``result`` is empty if it passed, ``type`` the type of its result.

    Message and text of a ``ruling`` are only made if the case is written.
    """

    name: str
    result: str = ""
    type: str = ""
    message: str = ""
    text: str = ""
    severity: Severity = Severity.UNKNOWN
    ruling: Ruling | None = None


def render(report: Report) -> str:
    """JUnit XML by the Jenkins schema, with at most MAX_CASES cases."""
    parts = [part for part in summary.summarize_scanners(report) if part.result is not None or part.scanner == summary.SCANGATE]
    suites = [_sort_worst_first(_cases(part, report)) for part in parts]
    document = junitparser.JUnitXml("scangate")
    for part, cases in zip(parts, _limit_cases(suites), strict=True):
        # append, since add_testsuite merges suites that look alike
        document.append(_suite(part, cases, report))  # type: ignore[no-untyped-call]
    return _format_xml(document, sum(_seconds(part.result) for part in parts))


def _cases(part: summary.ScannerSummary, report: Report) -> list[Case]:
    cases = [_finding(ruling) for ruling in part.rulings if ruling.outcome in CASE_RESULTS]
    cases += [_gap(ruling) for ruling in part.gaps]
    if part.result is None:
        files = report.targets.file_count
        source = f" from {report.targets.source}" if report.targets.source else ""
        return [
            *cases,
            Case("the list of files", text=f"{pluralize(files, 'file')}{source}"),
            *map(_coverage, list_coverage(report)),
        ]
    if part.result.status is ScanStatus.SKIPPED:
        return [*cases, Case("not run", "skipped", "not-run", part.result.reason or "switched off")]
    clean = list(_clean_folders(part, part.result))
    if not cases and not clean:
        clean = [Case("nothing to analyze", "skipped", "nothing-to-analyze", "no file that this scanner analyzes")]
    return cases + clean


def _finding(ruling: Ruling) -> Case:
    finding = ruling.finding
    name = f"{finding.rule} in {finding.location.path}" + (f" [{finding.fingerprint[:8]}]" if finding.fingerprint else "")
    result = CASE_RESULTS[ruling.outcome]
    kind = ruling.severity.value if result == "failure" else ruling.outcome.value
    return Case(name, result, kind, severity=ruling.severity, ruling=ruling)


def _describe_finding(ruling: Ruling) -> tuple[str, str]:
    """Message and text of a finding's case."""
    finding = ruling.finding
    where = wording.format_position(finding.location)
    if ruling.outcome is not RulingOutcome.BLOCKING:
        label = f"{wording.label_outcome(ruling.outcome)} {wording.label_bundled_only(finding)}".rstrip()
        return f"{where}: {label}, {explain_decision(ruling.decision)}", ""
    also = f"also reported by {merged}" if (merged := wording.list_merged_rules(ruling)) else ""
    lines = [finding.message, wording.describe_advisory(finding), f"at {where}", f"because {explain_decision(ruling.decision)}"]
    lines += [also, finding.evidence, finding.help_url]
    return f"{where}: {ruling.severity.value}: {finding.message}", "\n".join(filter(None, lines))


def _coverage(content: ContentCoverage) -> Case:
    """A case for a content type; not passed if an analysis that it calls for was not done: whether that blocks, its gap says."""
    name, text = f"coverage: {content.content_type}", f"{pluralize(content.files, 'file')}; {describe_content(content)}"
    return Case(name, "skipped", "not-analyzed", text) if count_not_analyzed(content) else Case(name, text=text)


def _gap(ruling: GapRuling) -> Case:
    gap = ruling.gap
    about = f"{gap.content_type} {gap.analysis.value if gap.analysis else ''}".strip() or gap.scanner
    name = f"{gap.kind.value}: {gap.path if gap.path is not None else about}"
    where = f"{wording.format_location(gap.path, gap.line)}: " if gap.path is not None else f"{gap.scanner}: "
    if not ruling.blocking:
        kind = "not-judged" if ruling.decision.basis is Basis.NOT_JUDGED else "allowed-gap"
        return Case(name, "skipped", kind, f"{where}{gap.reason}; {explain_tolerated_gap(ruling)}")
    return Case(name, "error", gap.kind.value, f"{where}{gap.reason}", f"hint: {gap.hint}" if gap.hint else "")


def _clean_folders(part: summary.ScannerSummary, result: ScanResult) -> Iterable[Case]:
    """A case for each top folder without blocking gaps and findings that block or are not judged; its text counts the others."""
    files = Counter(map(_top_folder, result.analyzed_files))
    unclean = (RulingOutcome.BLOCKING, RulingOutcome.NOT_JUDGED)
    found = {ruling.finding.location.path for ruling in part.rulings if ruling.outcome in unclean}
    missed = {ruling.gap.path for ruling in part.gaps if ruling.blocking and ruling.gap.path is not None}
    dirty = set(map(_top_folder, found | missed))
    outcomes = Counter((_top_folder(ruling.finding.location.path), ruling.outcome) for ruling in part.rulings)
    for folder in sorted(set(files) - dirty):
        numbers = [(outcomes[folder, outcome], wording.label_outcome(outcome)) for outcome in RulingOutcome]
        parts = [f"{pluralize(files[folder], 'file')} analyzed", *(f"{number:,} {word}" for number, word in numbers if number)]
        yield Case(f"clean: {folder}", text=", ".join(parts))


def _top_folder(path: str) -> str:
    head, slash, _ = path.partition("/")
    return head + slash if slash else "./"


def _sort_worst_first(cases: Iterable[Case]) -> list[Case]:
    """Failures first, then by severity and name (stable)."""
    return sorted(cases, key=lambda case: (RESULT_ORDER.index(case.result), -case.severity.rank, case.name))


def _limit_cases(suites: Sequence[list[Case]]) -> list[list[Case]]:
    """The suites with at most MAX_CASES together; the least severe are folded into one last case of their suite."""
    if sum(map(len, suites)) <= MAX_CASES:
        return list(suites)
    order = sorted(
        (RESULT_ORDER.index(case.result), -case.severity.rank, place, number)
        for number, cases in enumerate(suites)
        for place, case in enumerate(cases)
    )
    kept = Counter(number for *_, number in order[: max(0, MAX_CASES - len(suites))])
    return [_fold_cases(cases, kept[number]) for number, cases in enumerate(suites)]


def _fold_cases(cases: list[Case], keep: int) -> list[Case]:
    folded = cases[keep:]
    if len(folded) <= 1:  # the place is kept for it
        return cases
    ended = Counter(case.result or "passed" for case in folded)
    said = ", ".join(f"{ended[way]:,} {way}" for way in ("failure", "error", "skipped", "passed") if ended[way])
    message = f"{len(folded):,} of {pluralize(len(cases), 'case')} combined into one: {said}"
    worst = folded[0].result  # they come worst first: what fails here fails the whole
    return [*cases[:keep], Case("all other cases", worst, "rolled-up", message, f"{message}; verdict.json lists them all")]


def _suite(part: summary.ScannerSummary, cases: Iterable[Case], report: Report) -> junitparser.TestSuite:
    suite = junitparser.TestSuite(_shorten_name(part.scanner))
    for name, value in _properties(part, report):
        suite.add_property(name, escape.truncate(escape.terminal(value), MAX_NAME_LENGTH))
    suite.add_testcases(_test_cases(cases, part.scanner))
    suite.time = _seconds(part.result)
    if report.started:
        suite.timestamp = escape.terminal(report.started)
    return suite


def _properties(part: summary.ScannerSummary, report: Report) -> Iterable[tuple[str, str]]:
    totals = part.counts()
    yield "verdict", wording.label_verdict(report)
    yield "policy", wording.describe_policy(report)
    if origin := wording.describe_policy_origin(report):
        yield "policy-origin", origin
    if base := wording.describe_base(report):
        yield "since", base
    if part.result is not None:
        yield "version", part.result.version
        yield "status", part.result.status.value
        yield "given", str(part.result.files_given)
        yield "analyzed", str(len(part.result.analyzed_files))
    for outcome in RulingOutcome:
        yield outcome.value, str(totals.with_outcome(outcome))
    yield "gaps", str(totals.gaps)
    yield "blocking-gaps", str(totals.blocking_gaps)
    yield "bundled-only", str(summary.count_bundled_only(part.rulings))
    yield "resolved", str(part.resolved_releases)


def _test_cases(cases: Iterable[Case], scanner: str) -> list[junitparser.TestCase]:
    classname = summary.SCANGATE if scanner == summary.SCANGATE else _shorten_name(f"{summary.SCANGATE}.{scanner}")
    seen: Counter[str] = Counter()
    written = []
    for case in cases:
        name = _shorten_name(case.name)
        seen[name] += 1
        written.append(_test_case(case, name if seen[name] == 1 else f"{name} #{seen[name]}", classname))
    return written


def _test_case(case: Case, name: str, classname: str) -> junitparser.TestCase:
    written = junitparser.TestCase(name, classname, 0.0)
    message, text = (case.message, case.text) if case.ruling is None else _describe_finding(case.ruling)
    text = escape.xml(text[:MAX_TEXT_LENGTH])[:MAX_TEXT_LENGTH]
    if case.result:
        message = escape.truncate(escape.terminal(message[:MAX_MESSAGE_LENGTH]), MAX_MESSAGE_LENGTH)
        ended = RESULT_TYPES[case.result](message, case.type)
        if text:
            ended.text = text
        written.result = [ended]
    elif text:
        written.system_out = text
    return written


def _shorten_name(text: str) -> str:
    """A name short enough for a number after it."""
    return escape.truncate_middle(escape.terminal(text), 900)


def _seconds(result: ScanResult | None) -> float:
    seconds = result.seconds if result is not None and math.isfinite(result.seconds) else 0.0
    return round(min(max(seconds, 0.0), MAX_SECONDS), 3)


def _format_xml(document: junitparser.JUnitXml, seconds: float) -> str:
    """Indented, with the counts of all suites; parsed again first, as junitparser may use either of two XML writers."""
    root = ET.fromstring(document.tostring())  # type: ignore[no-untyped-call]  # noqa: S314 -- our own output
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", f"{seconds:.3f}")
    root.attrib.pop("skipped", None)  # the schema allows it on a suite only
    ET.indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + ET.tostring(root, encoding="unicode") + "\n"

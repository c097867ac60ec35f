"""The test report CodeBuild shows: a suite a scanner, a case for each thing that is wrong and for each folder that is clean."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

import junitparser

from scangate.model import GapRuling, Report, Ruling, RulingOutcome, ScanResult, Severity, Status
from scangate.report import escape, tally, wording
from scangate.report.wording import many

__all__ = ["render"]

MOST_CASES = 500
"""What CodeBuild keeps of a report, https://docs.aws.amazon.com/codebuild/latest/userguide/test-report.html; so are the lengths."""
LONGEST_NAME = 1000
LONGEST_MESSAGE = 1500
LONGEST_TEXT = 3000
MOST_SECONDS = 10.0**9

WORST = ("failure", "error", "skipped", "")
RESULTS = {"failure": junitparser.Failure, "error": junitparser.Error, "skipped": junitparser.Skipped}


class Case(NamedTuple):
    """One test case before it is XML: raw text, with the way it ended (``""`` where it passed) and what that way is about.

    Where there is a ``ruling``, message and text are its, and are only made for a case that is written.
    """

    name: str
    ended: str = ""
    about: str = ""
    message: str = ""
    text: str = ""
    severity: Severity = Severity.UNKNOWN
    ruling: Ruling | None = None


def render(report: Report) -> str:
    """JUnit XML as the Jenkins schema has it; the counts are those of the cases, and there are never more than MOST_CASES."""
    parts = [part for part in tally.parts(report) if part.result is not None or part.scanner == tally.OWN]
    suites = [_worst_first(_cases(part, report)) for part in parts]
    document = junitparser.JUnitXml("scangate")
    for part, cases in zip(parts, _folded(suites), strict=True):
        # append, since add_testsuite merges suites that look alike
        document.append(_suite(part, cases, report))  # type: ignore[no-untyped-call]
    return _laid_out(document, sum(_seconds(part.result) for part in parts))


def _cases(part: tally.Part, report: Report) -> list[Case]:
    cases = [_finding(ruling) for ruling in part.rulings if ruling.outcome in (RulingOutcome.BLOCKS, RulingOutcome.SUPPRESSED)]
    cases += [_gap(ruling) for ruling in part.gaps]
    if part.result is None:
        files = report.targets.files
        source = f" from {report.targets.source}" if report.targets.source else ""
        return [*cases, Case("the list of files", text=f"{many(files, 'file')}{source}")]
    if part.result.status is Status.SKIPPED:
        return [*cases, Case("not run", "skipped", "not-run", part.result.reason or "switched off")]
    clean = list(_clean(part, part.result))
    if not cases and not clean:
        clean = [Case("nothing to read", "skipped", "nothing-to-read", "none of the files is one this scanner reads")]
    return cases + clean


def _finding(ruling: Ruling) -> Case:
    finding = ruling.finding
    name = f"{finding.rule} in {finding.location.path}" + (f" [{finding.fingerprint[:8]}]" if finding.fingerprint else "")
    if ruling.outcome is RulingOutcome.SUPPRESSED:
        return Case(name, "skipped", "suppressed", severity=ruling.severity, ruling=ruling)
    return Case(name, "failure", ruling.severity.name.lower(), severity=ruling.severity, ruling=ruling)


def _said(ruling: Ruling) -> tuple[str, str]:
    """Message and text of a finding's case."""
    finding = ruling.finding
    where = wording.place(finding.location.path, finding.location.line, finding.location.column)
    if ruling.outcome is RulingOutcome.SUPPRESSED:
        label = f" ({wording.starter(finding)})" if wording.starter(finding) else ""
        return f"{where}: suppressed{label}, {ruling.because}", ""
    also = f"told by {wording.others(ruling)} as well" if ruling.members else ""
    lines = [finding.message, wording.advisory(finding), f"at {where}", f"because {ruling.because}"]
    lines += [also, finding.evidence, finding.help_url]
    return f"{where}: {ruling.severity.name.lower()}: {finding.message}", "\n".join(filter(None, lines))


def _gap(ruling: GapRuling) -> Case:
    gap = ruling.gap
    name = f"{gap.kind.value}: {gap.path if gap.path is not None else gap.scanner}"
    where = f"{wording.place(gap.path, gap.line)}: " if gap.path is not None else f"{gap.scanner}: "
    if not ruling.counts:
        return Case(name, "skipped", "allowed-gap", f"{where}{gap.reason}; allowed: {ruling.because}")
    return Case(name, "error", gap.kind.value, f"{where}{gap.reason}", f"hint: {gap.hint}" if gap.hint else "")


def _clean(part: tally.Part, result: ScanResult) -> Iterable[Case]:
    """A case for each top folder in which nothing blocks and no gap counts; it tells what is tolerated there."""
    files = Counter(map(_folder, result.files))
    found = {ruling.finding.location.path for ruling in part.rulings if ruling.outcome is RulingOutcome.BLOCKS}
    missed = {ruling.gap.path for ruling in part.gaps if ruling.counts and ruling.gap.path is not None}
    dirty = set(map(_folder, found | missed))
    stand = Counter((_folder(ruling.finding.location.path), ruling.outcome) for ruling in part.rulings)
    for folder in sorted(set(files) - dirty):
        stays = [(stand[folder, outcome], outcome.value) for outcome in RulingOutcome]
        said = [f"{many(files[folder], 'file')} read"] + [f"{number:,} {word}" for number, word in stays if number]
        yield Case(f"clean: {folder}", text=", ".join(said))


def _folder(path: str) -> str:
    head, slash, _ = path.partition("/")
    return head + slash if slash else "./"


def _worst_first(cases: Iterable[Case]) -> list[Case]:
    """What fails first, then by severity and name; cases that are alike in these stay in the order that they come in."""
    return sorted(cases, key=lambda case: (WORST.index(case.ended), -case.severity, case.name))


def _folded(suites: Sequence[list[Case]]) -> list[list[Case]]:
    """The suites with MOST_CASES together; what is over, the least bad first, becomes one last case of its suite."""
    if sum(map(len, suites)) <= MOST_CASES:
        return list(suites)
    order = sorted(
        (WORST.index(case.ended), -case.severity, place, number)
        for number, cases in enumerate(suites)
        for place, case in enumerate(cases)
    )
    kept = Counter(number for *_, number in order[: max(0, MOST_CASES - len(suites))])
    return [_roll_up(cases, kept[number]) for number, cases in enumerate(suites)]


def _roll_up(cases: list[Case], keep: int) -> list[Case]:
    folded = cases[keep:]
    if len(folded) <= 1:  # the place is kept for it
        return cases
    ended = Counter(case.ended or "passed" for case in folded)
    said = ", ".join(f"{ended[way]:,} {way}" for way in ("failure", "error", "skipped", "passed") if ended[way])
    message = f"{many(len(folded), 'case')} folded into one, of {many(len(cases), 'case')}: {said}"
    worst = folded[0].ended  # they come worst first: what fails here fails the whole
    return [*cases[:keep], Case("all other cases", worst, "rolled-up", message, f"{message}; verdict.json names each")]


def _suite(part: tally.Part, cases: Iterable[Case], report: Report) -> junitparser.TestSuite:
    suite = junitparser.TestSuite(_name(part.scanner))
    for name, value in _properties(part, report):
        suite.add_property(name, escape.shorten(escape.terminal(value), LONGEST_NAME))
    suite.add_testcases(_written(cases, part.scanner))
    suite.time = _seconds(part.result)
    if report.started:
        suite.timestamp = escape.terminal(report.started)
    return suite


def _properties(part: tally.Part, report: Report) -> Iterable[tuple[str, str]]:
    totals = part.tally()
    yield "verdict", report.verdict.outcome.value
    yield "policy", wording.policy(report)
    if report.since is not None:
        yield "since", wording.since(report)
    if part.result is not None:
        yield "version", part.result.version
        yield "status", part.result.status.value
        yield "given", str(part.result.given)
        yield "read", str(len(part.result.files))
    for outcome in RulingOutcome:
        yield outcome.value, str(totals.of(outcome))
    yield "gaps", str(totals.gaps)
    yield "gaps-that-count", str(totals.counting)
    yield "told-by-the-starter-set", str(tally.starters(part.rulings))
    yield "resolved", str(tally.resolved(part))


def _written(cases: Iterable[Case], scanner: str) -> list[junitparser.TestCase]:
    classname = tally.OWN if scanner == tally.OWN else _name(f"{tally.OWN}.{scanner}")
    seen: Counter[str] = Counter()
    written = []
    for case in cases:
        name = _name(case.name)
        seen[name] += 1
        written.append(_case(case, name if seen[name] == 1 else f"{name} #{seen[name]}", classname))
    return written


def _case(case: Case, name: str, classname: str) -> junitparser.TestCase:
    written = junitparser.TestCase(name, classname, 0.0)
    message, text = (case.message, case.text) if case.ruling is None else _said(case.ruling)
    text = escape.xml(text[:LONGEST_TEXT])[:LONGEST_TEXT]
    if case.ended:
        message = escape.shorten(escape.terminal(message[:LONGEST_MESSAGE]), LONGEST_MESSAGE)
        ended = RESULTS[case.ended](message, case.about)
        if text:
            ended.text = text
        written.result = [ended]
    elif text:
        written.system_out = text
    return written


def _name(text: str) -> str:
    """A name of 900 characters at most, which leaves room for a number; a longer one is cut in its middle."""
    shown = escape.terminal(text)
    return shown if len(shown) <= 900 else f"{shown[:440]} ... {shown[-440:]}"


def _seconds(result: ScanResult | None) -> float:
    seconds = result.seconds if result is not None and math.isfinite(result.seconds) else 0.0
    return round(min(max(seconds, 0.0), MOST_SECONDS), 3)


def _laid_out(document: junitparser.JUnitXml, seconds: float) -> str:
    """Indented, with the counts of all suites; read again first, since junitparser may stand on either of two XML writers."""
    root = ET.fromstring(document.tostring())  # type: ignore[no-untyped-call]  # noqa: S314 -- our own words of a moment ago
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", f"{seconds:.3f}")
    root.attrib.pop("skipped", None)  # the schema knows it on a suite only
    ET.indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + ET.tostring(root, encoding="unicode") + "\n"

"""One verdict: every format has the same outcome and the same counts, and the order of the facts changes no byte."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from scangate.model import BUNDLED_ADVISORIES, Outcome, Report, RulingOutcome
from scangate.report import FORMATS
from scangate.report.html import parse_page
from tests.support.hostile_text import hostile_report
from tests.support.report_strategies import reports, shuffled
from tests.support.sample_reports import (
    SAMPLES,
    failing_report,
    many_findings,
    merged,
)


class ReportedCounts(NamedTuple):
    """What a format says: None where it does not speak of it."""

    outcome: str
    blocks: int | None
    suppressed: int
    gaps: int
    blocking_gaps: int | None = None
    known: int = 0
    starter: int = 0


def expected_counts(report: Report) -> ReportedCounts:
    outcomes = Counter(ruling.outcome for ruling in report.verdict.rulings)
    gaps = report.verdict.gaps
    blocks, suppressed = outcomes[RulingOutcome.BLOCKING], outcomes[RulingOutcome.SUPPRESSED]
    counting, known = sum(gap.blocking for gap in gaps), outcomes[RulingOutcome.KNOWN]
    packages = [ruling.finding.affected_package for ruling in report.verdict.rulings if ruling.finding.affected_package is not None]
    starter = sum(package.source == BUNDLED_ADVISORIES for package in packages)
    return ReportedCounts(report.verdict.outcome.value, blocks, suppressed, len(gaps), counting, known, starter)


def read_json(text: str) -> ReportedCounts:
    document = json.loads(text)
    outcomes = Counter(entry["outcome"] for entry in document["findings"])
    counts = document["counts"]
    assert counts["by_outcome"] == {outcome.value: outcomes[outcome.value] for outcome in RulingOutcome}
    assert counts["findings"] == len(document["findings"])
    assert sum(cell for row in counts["by_severity"].values() for cell in row.values()) == counts["findings"]
    gaps = (counts["gaps"], counts["blocking_gaps"])
    starter = sum(
        (entry["finding"].get("affected_package") or {}).get("source") == BUNDLED_ADVISORIES for entry in document["findings"]
    )
    return ReportedCounts(document["outcome"], outcomes["blocking"], outcomes["suppressed"], *gaps, outcomes["known"], starter)


def read_sarif(text: str) -> ReportedCounts:
    runs = json.loads(text)["runs"]
    (outcome,) = {run["properties"]["verdict"] for run in runs}
    results = [result for run in runs for result in run["results"]]
    gaps = [gap for run in runs for gap in run["invocations"][0].get("toolExecutionNotifications", ())]
    blocks = sum(result["properties"]["outcome"] == "blocking" for result in results)
    suppressed = sum("suppressions" in result for result in results)
    known = sum(result["properties"]["outcome"] == "known" for result in results)
    starter = sum(result["properties"].get("package", {}).get("source") == BUNDLED_ADVISORIES for result in results)
    assert starter == sum(run["properties"]["bundledOnly"] for run in runs)
    return ReportedCounts(outcome, blocks, suppressed, len(gaps), sum(gap["level"] != "note" for gap in gaps), known, starter)


def read_junit(text: str) -> ReportedCounts:
    suites = list(ET.fromstring(text))
    properties = [(each.get("name"), each.get("value", "")) for suite in suites for each in suite.iter("property")]
    (outcome,) = {value for name, value in properties if name == "verdict"}
    counts = {
        key: sum(int(value) for name, value in properties if name == key)
        for key in ("blocking", "suppressed", "gaps", "blocking-gaps", "known", "bundled-only", "not-judged")
    }
    not_judged = counts.pop("not-judged")
    ends = Counter(end.get("type") for suite in suites for end in suite.iter("skipped"))
    if not any(case.get("name") == "all other cases" for suite in suites for case in suite):
        assert sum(1 for suite in suites for _ in suite.iter("failure")) == counts["blocking"]
        assert sum(1 for suite in suites for _ in suite.iter("error")) == counts["blocking-gaps"]
        assert ends["suppressed"] == counts["suppressed"]
        assert ends["allowed-gap"] + ends["not-judged"] == counts["gaps"] - counts["blocking-gaps"] + not_judged
    return ReportedCounts(outcome, *counts.values())


def sum_matches(pattern: str, text: str) -> int:
    return sum(int(match.replace(",", "")) for match in re.findall(pattern, text, re.MULTILINE))


def read_markdown(text: str) -> ReportedCounts:
    outcome = re.match(r"## scangate: (\w+)\n", text)
    assert outcome
    blocks = sum_matches(r"^### ([\d,]+) blocking findings?$", text)
    gaps, counting = sum_matches(r"^### ([\d,]+) coverage gaps?, ", text), sum_matches(r"^### .* gaps?, ([\d,]+) blocking$", text)
    known = sum_matches(r", ([\d,]+) known[;,] ", text)
    starter = sum_matches(r"^[\d,]+ suppressed, .*?, ([\d,]+) found only in the bundled advisories; ", text)
    return ReportedCounts(outcome[1], blocks, sum_matches(r"^([\d,]+) suppressed, ", text), gaps, counting, known, starter)


def read_sbom(text: str) -> ReportedCounts:
    reported = {each["name"].removeprefix("scangate:"): each["value"] for each in json.loads(text)["metadata"]["properties"]}
    numbers = (int(reported[name]) for name in ("blocking", "suppressed", "gaps", "blocking-gaps", "known", "bundled-only"))
    return ReportedCounts(reported["outcome"], *numbers)


def read_text(text: str) -> ReportedCounts:
    blocks = sum_matches(r"^([\d,]+) blocking findings?$", text)
    gaps = sum_matches(r"^([\d,]+) coverage gaps?, ", text)
    counting = sum_matches(r"^[\d,]+ coverage gaps?, ([\d,]+) blocking$", text)
    known = sum_matches(r"^[\d,]+ suppressed, [\d,]+ tolerated, ([\d,]+) known", text)
    outcome = text.splitlines()[-1].partition(":")[0]
    starter = sum_matches(r"^[\d,]+ suppressed, .*, ([\d,]+) found only in the bundled advisories", text)
    return ReportedCounts(outcome, blocks, sum_matches(r"^([\d,]+) suppressed", text), gaps, counting, known, starter)


def read_env(text: str) -> ReportedCounts:
    counts = dict(re.findall(r"([\w-]+)=(\d+)", text))
    outcome = re.search("VERDICT='(.*)'", text)
    assert outcome
    return ReportedCounts(
        outcome[1], None, int(counts["suppressed"]), int(counts["gaps"]), None, int(counts["known"]), int(counts["bundled-only"])
    )


def read_gitlab(text: str) -> ReportedCounts:
    reported = json.loads(text)["scangate"]
    numbers = (int(reported[name]) for name in ("blocking", "suppressed", "gaps", "blocking-gaps", "known", "bundled-only"))
    return ReportedCounts(reported["outcome"], *numbers)


def read_html(text: str) -> ReportedCounts:
    page = parse_page(text)
    outcomes = Counter(page.findings.outcomes[row.outcome] for row in page.findings.rows)
    for tiles in (page.severities, page.kinds):
        assert sum(tile.total for tile in tiles) == len(page.findings.rows)
        assert sum(tile.blocking for tile in tiles) == outcomes["blocking"]
    assert dict(page.outcomes) == {name: outcomes[name] for name in page.findings.outcomes}
    outcome = re.search(r'<h1 id="verdict"><span class="word \w+">(\w+)</span>', text)
    assert outcome
    starter = sum_matches(r", ([\d,]+) found only in the bundled advisories\.</p>", text)
    counts = (outcomes["blocking"], outcomes["suppressed"], page.gaps_total, page.gaps_blocking, outcomes["known"], starter)
    return ReportedCounts(outcome[1], *counts)


GITLAB = ("gitlab-sast", "gitlab-secrets", "gitlab-dependencies")
READERS = {
    **dict.fromkeys(GITLAB, read_gitlab),
    "json": read_json,
    "sarif": read_sarif,
    "junit": read_junit,
    "markdown": read_markdown,
    "sbom": read_sbom,
    "html": read_html,
    "text": read_text,
    "env": read_env,
}


def check_agreement(report: Report) -> None:
    expected = expected_counts(report)
    for name, reader in READERS.items():
        reported = reader(FORMATS[name].render(report))
        reported = reported._replace(
            blocks=expected.blocks if reported.blocks is None else reported.blocks,
            blocking_gaps=expected.blocking_gaps if reported.blocking_gaps is None else reported.blocking_gaps,
        )
        assert reported == expected, name


def test_every_format_is_asked() -> None:
    assert READERS.keys() == FORMATS.keys() - {"ocsf", "gitlab-code-quality"}  # one entry a finding, and no word on the run


@settings(max_examples=40, deadline=None)
@given(reports())
def test_all_formats_agree(report: Report) -> None:
    check_agreement(report)


@pytest.mark.smoke
@pytest.mark.parametrize("report", [*SAMPLES.values(), many_findings(900)])
def test_all_formats_agree_on_the_samples(report: Report) -> None:
    check_agreement(report)


def test_every_format_reports_a_merged_finding_once() -> None:
    """The same counts as without the second scanner, and where findings are named, that scanner's rule next to the first's."""
    report, alone = merged(), failing_report()
    for name, reader in READERS.items():
        page = FORMATS[name].render(report)
        assert reader(page) == reader(FORMATS[name].render(alone)), name
        assert ("bandit:B608" in page) is (name not in {"env", "sbom", "gitlab-secrets", "gitlab-dependencies"}), name
    runs = {run["tool"]["driver"]["name"]: run for run in json.loads(FORMATS["sarif"].render(report))["runs"]}
    (reported,) = [result for run in runs.values() for result in run["results"] if "members" in result["properties"]]
    assert reported in runs["semgrep"]["results"]
    assert reported["properties"]["reportedBy"] == ["semgrep", "bandit"]
    assert [member["rule"] for member in reported["properties"]["members"]] == ["semgrep:python.flask.sql-injection", "bandit:B608"]


def test_all_formats_agree_on_hostile_text() -> None:
    check_agreement(hostile_report())
    assert hostile_report().verdict.outcome is Outcome.FAIL


@settings(max_examples=30, deadline=None)
@given(reports().flatmap(lambda report: shuffled(report).map(lambda other: (report, other))))
def test_the_order_of_the_facts_changes_no_byte(pair: tuple[Report, Report]) -> None:
    report, other = pair
    for name, form in FORMATS.items():
        assert form.render(report) == form.render(other), name


def test_every_format_can_be_written_as_utf_8_and_ends_its_last_line() -> None:
    for form in FORMATS.values():
        assert form.render(hostile_report()).encode("utf-8").endswith(b"\n")


def test_the_files_of_an_output_directory() -> None:
    named = {name: form.file_name for name, form in FORMATS.items()}
    assert named == {
        "sarif": "scangate.sarif",
        "junit": "junit.xml",
        "json": "verdict.json",
        "markdown": "summary.md",
        "sbom": "sbom.cdx.json",
        "html": "report.html",
        "ocsf": None,
        **dict.fromkeys(GITLAB),
        "gitlab-code-quality": None,
        "text": None,
        "env": None,
    }

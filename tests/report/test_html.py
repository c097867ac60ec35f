"""report.html: one page that loads nothing, says everything without a script, and takes no text for markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings

from scangate.model import Basis, Decision, IgnoreComment, PathOwners, Report, Ruling, RulingOutcome
from scangate.model.verdict import derive_outcome
from scangate.report import FORMATS, html
from scangate.report.html_page import make_page
from scangate.report.schema import parse_report
from scangate.report.verdict_json import render as render_verdict
from tests.support.hostile_text import HOSTILE_TEXTS, hostile_report
from tests.support.report_strategies import reports
from tests.support.sample_reports import (
    SAMPLES,
    failing_report,
    many_findings,
    merged,
    partly_covered_report,
)

REPORTS = {**SAMPLES, "hostile": hostile_report()}
TAGS = (
    "html head meta title style script body a header div span label select option main section h1 h2 h3 p b nav ul li small form "
    "fieldset legend input button code table thead tbody tr th td details summary dl dt dd br pre footer"
)
ATTRIBUTES = (
    "lang data-page charset http-equiv content name class href id hidden value tabindex aria-labelledby aria-label data-filter "
    "role type autocomplete placeholder scope rel"
)
LOADING = ("src", "srcset", "action", "formaction", "data", "poster", "background", "ping", "style")


class Page(HTMLParser):
    """Collects a page's tags, attributes, links, scripts and text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self.text = ""
        self.policy = ""
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.add(tag)
        self.attributes |= values.keys()
        self.links += [values["href"] or ""] if "href" in values else []
        self.policy += values["content"] or "" if values.get("http-equiv") == "Content-Security-Policy" else ""
        self._inside = tag if tag in self.inline and values.get("type") is None else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.inline[self._inside].append(data)
        else:
            self.text += data


def with_rulings(*rulings: Ruling) -> Report:
    """The failing run with other rulings on its first findings."""
    report = failing_report()
    ruled = (*rulings, *report.verdict.rulings[len(rulings) :])
    outcome = derive_outcome(ruled, report.verdict.gaps)
    verdict = msgspec.structs.replace(report.verdict, rulings=ruled, outcome=outcome)
    return msgspec.structs.replace(report, verdict=verdict)


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_has_only_our_markup(name: str) -> None:
    page = Page(FORMATS["html"].render(REPORTS[name]))
    assert page.tags <= set(TAGS.split())
    assert page.attributes <= set(ATTRIBUTES.split())
    assert not page.attributes & set(LOADING)
    assert all(re.match(r"#|https?://", link) for link in page.links)


@pytest.mark.parametrize("name", REPORTS)
def test_the_security_policy_allows_just_the_scripts_and_the_style_of_the_page(name: str) -> None:
    page = Page(FORMATS["html"].render(REPORTS[name]))
    allowed = dict(part.split(" ", 1) for part in page.policy.split("; "))
    assert allowed["default-src"] == "'none'"
    for kind, texts in page.inline.items():
        hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}
        assert set(allowed[f"{kind}-src"].split()) == hashes
    assert len(page.inline["script"]) == 2


def test_hostile_text_stays_text() -> None:
    text = html.render(hostile_report())
    page = Page(text)
    assert "<script>alert(1)</script>" in page.text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    data = html.DATA.search(text)
    assert data is not None
    assert not set("<>&") & set(data[1])
    texts = json.loads(data[1])["findings"]["texts"]
    assert any("<script>alert(1)</script>" in each for each in texts)
    assert not any(link.lower().startswith(("javascript:", "data:")) for link in page.links)


@given(reports())
@settings(max_examples=40)
def test_the_page_is_made_from_its_own_data(report: Report) -> None:
    text = html.render(report)
    assert html.parse_page(text) == make_page(report)


def test_the_day_of_the_scan_is_at_the_top() -> None:
    text = FORMATS["html"].render(msgspec.structs.replace(failing_report(), started="2026-03-04T05:06:07Z"))
    assert '<span class="quiet">2026-03-04</span>' in text.partition("<main")[0]


def test_a_verdict_json_makes_the_same_page() -> None:
    for report in (failing_report(), merged(), partly_covered_report()):
        kept = parse_report(render_verdict(report))
        assert html.render(kept) == html.render(msgspec.structs.replace(report, root=kept.root, seconds=kept.seconds))


@pytest.mark.parametrize("change", [("FAIL", "PASS"), ("<main", "<main >"), ('"schema":1', '"schema":2'), ("[", "[[")])
def test_a_changed_page_is_none_of_ours(change: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        html.parse_page(html.render(failing_report()).replace(*change))
    with pytest.raises(ValueError, match="no data"):
        html.parse_page("<!doctype html>")


def test_without_a_script_the_page_shows_the_worst_findings_and_the_rest() -> None:
    page = Page(html.render(failing_report()))
    for text in ("2 blocking findings", "SQL injection", "app/db.py:42:9", "cursor.execute(f", "syntax error near line 3"):
        assert text in page.text
    assert "fix the file, or exclude it with a reason" in page.text  # what to do about a gap
    assert "The worst 50 of 900 findings" in Page(html.render(many_findings(900))).text


def test_dependencies_are_grouped_by_pin() -> None:
    report = failing_report()
    flask = report.verdict.rulings[4]
    other = msgspec.structs.replace(flask, finding=msgspec.structs.replace(flask.finding, rule="pip-audit:CVE-2019-1010083"))
    (pin,) = make_page(with_rulings(*report.verdict.rulings, other)).pins
    assert (pin.place, pin.package, pin.version, pin.upgrade) == ("requirements.txt:4", "flask", "0.12.2", "2.2.5")
    assert [advisory.name for advisory in pin.advisories] == ["CVE-2018-1000656", "CVE-2019-1010083"]
    assert (pin.worst, pin.blocking) == ("2 high", 0)


def test_suppressed_findings_have_a_reason_and_an_expiry() -> None:
    first, second, *_ = failing_report().verdict.rulings
    comment = IgnoreComment(17, "scangate: ignore[bandit:B602] until=2027-03-04 -- fixed command", ("bandit:B602",), "2027-03-04")
    commented = msgspec.structs.replace(second.finding, ignore_comments=(comment,))
    exception = Decision(Basis.EXCEPTION, owner="@team/db", reason="read-only replica", expires="2027-01-31")
    rulings = (
        msgspec.structs.replace(first, outcome=RulingOutcome.SUPPRESSED, decision=exception),
        Ruling(commented, second.severity, RulingOutcome.SUPPRESSED, Decision(Basis.INLINE_COMMENT, comment=comment.text)),
    )
    shown = {each.rule: each for each in make_page(with_rulings(*rulings)).suppressed}
    database, command = shown["semgrep:python.flask.sql-injection"], shown["bandit:B602"]
    assert (database.basis, database.reason, database.owner, database.expires) == (
        "exception",
        "read-only replica",
        "@team/db",
        "2027-01-31",
    )
    assert (command.basis, command.reason, command.expires) == ("inline comment", comment.text, "2027-03-04")


def test_findings_name_the_owners_of_their_path() -> None:
    owners = (PathOwners("app/db.py", ("@team/db", "@team/web")),)
    findings = make_page(msgspec.structs.replace(failing_report(), code_owners=owners)).findings
    by_path = {each.path: each.owners for each in findings.paths}
    assert by_path["app/db.py"] == ("@team/db", "@team/web")
    assert by_path["app/jobs.py"] == ()


def test_texts_that_findings_share_are_there_once() -> None:
    few, many = (len(html.render(many_findings(number))) for number in (1000, 2000))
    assert many - few < 1000 * 250  # characters
    tables = make_page(hostile_report()).findings
    assert len(set(tables.texts)) >= len(HOSTILE_TEXTS) - 10

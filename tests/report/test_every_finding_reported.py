"""No sequence of baseline, exception and inline comment makes a finding vanish: every report has it, with its ruling."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate.judge.evaluation import evaluate
from scangate.judge.finding_matching import KnownFinding, collect_known_findings, mark_known_findings
from scangate.judge.policy import FollowedFinding, Policy, PolicyException
from scangate.model import EXIT_CODES, Finding, FindingIdentity, IgnoreComment, Report, ScanResult, Targets
from scangate.report import FORMATS
from scangate.report.schema import parse_report
from tests.report.test_formats_agree import check_agreement
from tests.support import policy_builders
from tests.support.policy_builders import TODAY

EXPIRY_OFFSETS = st.sampled_from([-1, 0, 30, 400])


class State(msgspec.Struct):
    """A scan, and all that people have said of what it finds."""

    results: list[ScanResult]
    policy: Policy
    known: list[KnownFinding]

    def findings(self) -> list[Finding]:
        return [finding for result in self.results for finding in result.findings]


@st.composite
def states(draw: st.DrawFn) -> State:
    """Findings that are new to all, each with an identity of its own, under any policy."""
    number = iter(range(1000))

    def named(finding: Finding) -> Finding:
        content, context, secret = (draw(st.sampled_from(words)) for words in (["c1", "c2"], ["", "near"], ["", "s"]))
        changes: dict[str, Any] = {"fingerprint": f"f{next(number)}", "known_by": "", "ignore_comments": (), "tool_comment": ""}
        return msgspec.structs.replace(finding, identity=FindingIdentity(content, context, 1, secret), **changes)

    results = [
        msgspec.structs.replace(each, findings=tuple(named(finding) for finding in each.findings))
        for each in draw(policy_builders.results())
    ]
    return State(results, draw(policy_builders.policies), [])


def add_to_baseline(draw: st.DrawFn, state: State) -> None:
    some = [finding for finding in state.findings() if draw(st.booleans())]
    state.known += collect_known_findings(some, already_known=state.known)


def add_exception(draw: st.DrawFn, state: State) -> None:
    finding = draw(st.sampled_from(state.findings()))
    record = finding.identity or FindingIdentity("")
    entry = PolicyException("a reason", "an owner", TODAY + dt.timedelta(draw(EXPIRY_OFFSETS)))
    selectors: list[dict[str, Any]] = [
        {"rule": "*"},
        {"rule": finding.rule},
        {"path": finding.location.path},
        {"fingerprint": finding.fingerprint},
        {"fingerprint": "gone", "rule": finding.rule, "follows": FollowedFinding("gone.py", record.content, record.context)},
    ]
    exceptions = (*state.policy.exceptions, msgspec.structs.replace(entry, **draw(st.sampled_from(selectors))))
    state.policy = msgspec.structs.replace(state.policy, exceptions=exceptions)


def add_inline_comment(draw: st.DrawFn, state: State) -> None:
    chosen = draw(st.sampled_from(state.findings()))
    until = (TODAY + dt.timedelta(draw(EXPIRY_OFFSETS))).isoformat()
    ignore = draw(
        st.sampled_from(
            [
                IgnoreComment(1, "scangate: ignore[*:x] -- a reason", ("*:x",)),
                IgnoreComment(1, f"scangate: ignore[*:x] until={until} -- a reason", ("*:x",), until),
                IgnoreComment(2, "scangate: ignore[other:x] -- a reason"),
                IgnoreComment(2, "scangate: ignore", problem="it names no rule"),
            ]
        )
    )
    foreign = draw(st.sampled_from(["", "# nosec"]))

    def said(finding: Finding) -> Finding:
        if finding is not chosen:
            return finding
        return msgspec.structs.replace(
            finding, ignore_comments=(*finding.ignore_comments, ignore), tool_comment=finding.tool_comment or foreign
        )

    state.results = [
        msgspec.structs.replace(each, findings=tuple(said(finding) for finding in each.findings)) for each in state.results
    ]


@st.composite
def histories(draw: st.DrawFn) -> State:
    """A state after any sequence of what people may do about findings."""
    state = draw(states())
    for act in (
        draw(st.lists(st.sampled_from([add_to_baseline, add_exception, add_inline_comment]), max_size=6))
        if state.findings()
        else ()
    ):
        act(draw, state)
    return state


def identities(findings: Iterable[Finding]) -> Counter[str]:
    return Counter(finding.fingerprint for finding in findings)


@settings(max_examples=60, deadline=None)
@given(histories(), policy_builders.targets)
def test_every_finding_is_reported_with_its_ruling(state: State, targets: Targets) -> None:
    results, known = mark_known_findings(state.results, targets, state.known)
    verdict = evaluate(results, targets, state.policy, TODAY, known_sources=known)
    code = EXIT_CODES[verdict.outcome]
    report = Report(verdict, results, targets, tool_version="0.1.0", root="root", known_sources=known, exit_code=code)
    reported = [part.finding for ruling in verdict.rulings for part in ruling.per_scanner if part.finding.scanner != "scangate"]
    assert identities(reported) == identities(state.findings())
    check_agreement(report)
    again = parse_report(FORMATS["json"].render(report))
    assert identities(finding for result in again.results for finding in result.findings) == identities(state.findings())
    assert again.verdict.outcome is verdict.outcome
    page = FORMATS["sarif"].render(report)
    assert all(f'"{finding.fingerprint}"' in page for finding in state.findings())

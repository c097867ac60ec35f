"""The sentences that several formats share, as raw text that each format escapes; for decisions see `decision_text`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scangate.model import (
    BUNDLED_ADVISORIES,
    Finding,
    FlowRole,
    Gap,
    Location,
    Outcome,
    PolicyOrigin,
    Report,
    Ruling,
    RulingOutcome,
    Severity,
)
from scangate.report import summary

SHORT_FINGERPRINT = 8
"""The characters of a fingerprint that texts show, and the fewest that commands accept."""


def pluralize(number: int, noun: str) -> str:
    """``1 finding``, ``2 findings``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def describe_policy(report: Report) -> str:
    """The policy's name, with the environment if there is one."""
    verdict = report.verdict
    return f"{verdict.policy} ({verdict.environment})" if verdict.environment else verdict.policy


def describe_base(report: Report) -> str:
    """The revision that a change was compared with; empty if none was."""
    base = report.compared_revision
    return f"since {base.revision} at {base.merge_base[:12]}" if base is not None and base.merge_base else ""


def describe_policy_origin(report: Report) -> str:
    """Which revision's policy judged, and what bounded it; empty in documents that do not say."""
    source = report.policy_provenance
    policy = f"policy {source.file}" if source.file else "policy"
    origins = {
        PolicyOrigin.BUNDLED: "bundled policy",
        PolicyOrigin.FILE: "policy from outside the repository",
        PolicyOrigin.WORK_TREE: f"{policy} of the work tree",
        PolicyOrigin.INDEX: f"{policy} of git's index",
        PolicyOrigin.REVISION: f"{policy} of {source.revision} at {source.commit[:12]}",
        PolicyOrigin.NONE: "no policy judged: the target's could not be read",
    }
    text = origins[source.origin] if source.origin is not None else ""
    return text + (f", bounded by the floor {source.floor}" if text and source.floor else "")


def is_judged(report: Report) -> bool:
    """Whether a policy judged; if none did, the outcome of every finding is NOT_JUDGED."""
    return report.policy_provenance.origin is not PolicyOrigin.NONE


def label_verdict(report: Report) -> str:
    """``FAIL``; ``PASS (only bandit)`` if the verdict is about some of the policy's scanners alone."""
    only = f" (only {', '.join(report.only_scanners)})" if report.only_scanners else ""
    return report.verdict.outcome.value + only


FLOW_ROLES = {
    FlowRole.SOURCE: "the value comes from the request",
    FlowRole.CALL: "a function is called with it",
    FlowRole.RETURN: "a function returns it",
    FlowRole.SINK: "it arrives here",
}
"""What happens at a step of the way of request data."""


def label_outcome(outcome: RulingOutcome) -> str:
    """The outcome as words: ``not judged``."""
    return outcome.value.replace("-", " ")


def describe_files(report: Report) -> str:
    """``12 files from git index``."""
    files = pluralize(report.targets.file_count, "file")
    return f"{files} from {report.targets.source}" if report.targets.source else files


def list_severity_counts(counts: summary.Counts, outcome: RulingOutcome) -> str:
    """``1 critical, 2 high``: the findings with this outcome."""
    numbers = ((severity.value, counts.with_severity(severity, outcome)) for severity in Severity.worst_first())
    return ", ".join(f"{number:,} {severity}" for severity, number in numbers if number)


def explain_verdict(report: Report) -> str:
    """The reason of the verdict in one line."""
    verdict = report.verdict
    counts = summary.count(verdict.rulings, verdict.gaps)
    under = f"under policy {describe_policy(report)}"
    gaps = pluralize(counts.blocking_gaps, "blocking gap")
    if verdict.outcome is Outcome.FAIL:
        findings = pluralize(counts.with_outcome(RulingOutcome.BLOCKING), "blocking finding")
        text = f"{findings} ({list_severity_counts(counts, RulingOutcome.BLOCKING)}) {under}"
        text += f"; {gaps}, so there may be more findings" if counts.blocking_gaps else ""
    elif verdict.outcome is Outcome.INCOMPLETE and not is_judged(report):
        text = f"{gaps}: no policy judged"
    elif verdict.outcome is Outcome.INCOMPLETE:
        text = f"{gaps} {under}: not everything was analyzed"
    else:
        text = f"no blocking findings {under}"
        text += f"; {pluralize(counts.gaps, 'gap')} allowed" if counts.gaps else ""
    text += "; the policy's other scanners were left out by --scanner" if report.only_scanners else ""
    return f"{text}; interrupted by {report.interrupted}" if report.interrupted else text


def suggest_next_step(report: Report) -> str:
    """What to do about the verdict; empty for a pass."""
    if report.interrupted:
        return "run the scan again; completed results are cached"
    if report.verdict.outcome is Outcome.FAIL:
        return "fix the blocking findings, or add an exception with a reason, an owner and an expiry date"
    if not is_judged(report):
        return "make the target branch available, as the gap's hint shows, and scan again"
    if report.verdict.outcome is Outcome.INCOMPLETE and report.policy_provenance.floor:
        floor = report.policy_provenance.floor
        return f"fix the causes of the blocking gaps; whether the policy may allow one is decided by the floor {floor}"
    if report.verdict.outcome is Outcome.INCOMPLETE:
        return "fix the causes of the blocking gaps, or allow them in the policy's coverage block, with a reason"
    return "scan without --scanner for the verdict on the whole" if report.only_scanners else ""


def short_fingerprint(finding: Finding) -> str:
    """The beginning of a finding's fingerprint, which ``scangate explain`` and ``scangate waive`` accept."""
    return finding.fingerprint[:SHORT_FINGERPRINT]


def list_merged_rules(ruling: Ruling) -> str:
    """``bandit:B105, semgrep:x``: the rules of the other findings that were merged into this one.

    Not those of findings that are known by the name of another member's rule as well.
    """
    rules = {member.finding.rule for member in ruling.members}
    others = [member.finding for member in ruling.members[1:]]
    return ", ".join(each.rule for each in others if each.former is None or each.former.rule not in rules)


def summarize_flow(finding: Finding) -> str:
    """``a.py:6 -> b.py:8``: the lines by which request data reaches a finding; empty if it is all in one line, or not known."""
    places = dict.fromkeys(format_location(step.location.path, step.location.line) for step in finding.flow)
    return " -> ".join(places) if len(places) > 1 else ""


def describe_former(finding: Finding) -> str:
    """``bandit:B105  0123...``: the rule and the fingerprint under which exceptions and baselines know the finding too, if any."""
    former = finding.former
    return f"{former.rule}  {former.fingerprint}".rstrip() if former is not None else ""


def format_location(path: str, line: int = 0, column: int = 0) -> str:
    """``path:line:column``, without the parts that are 0."""
    return path + (f":{line}" if line else "") + (f":{column}" if line and column else "")


def format_position(location: Location) -> str:
    """``path:line:column`` of a finding."""
    return format_location(location.path, location.line, location.column)


def describe_bundled_only_count(rulings: Iterable[Ruling]) -> str:
    """How many findings are found only in the bundled advisories; empty for none."""
    number = summary.count_bundled_only(rulings)
    return f"{number:,} found only in the {BUNDLED_ADVISORIES}" if number else ""


def label_bundled_only(finding: Finding) -> str:
    """``(bundled advisories)`` for a finding of the bundled advisories only, else an empty string."""
    return f"({BUNDLED_ADVISORIES})" if summary.is_bundled_only(finding) else ""


def describe_advisory(finding: Finding) -> str:
    """What is known about a dependency's advisory; empty for other findings."""
    package = finding.affected_package
    if package is None:
        return ""
    fields = {"CVSS": package.cvss, "published": package.published, "also": ", ".join(package.aliases), "source": package.source}
    return "; ".join(f"{name} {value}" for name, value in fields.items() if value)


def describe_outcome_counts(report: Report) -> str:
    """``1 suppressed, 2 tolerated, 0 known``, and how many are not judged or found only in the bundled advisories, if any."""
    counts = summary.count(report.verdict.rulings, report.verdict.gaps)
    shown = [RulingOutcome.SUPPRESSED, RulingOutcome.TOLERATED, RulingOutcome.KNOWN]
    shown += [RulingOutcome.NOT_JUDGED] if counts.with_outcome(RulingOutcome.NOT_JUDGED) else []
    numbers = [f"{counts.with_outcome(outcome):,} {label_outcome(outcome)}" for outcome in shown]
    return ", ".join(filter(None, [*numbers, describe_bundled_only_count(report.verdict.rulings)]))


def describe_gap_counts(report: Report) -> str:
    """``3 coverage gaps, 2 blocking``; empty for none."""
    counts = summary.count((), report.verdict.gaps)
    return f"{pluralize(counts.gaps, 'coverage gap')}, {counts.blocking_gaps:,} blocking" if counts.gaps else ""


def describe_gap(gap: Gap) -> str:
    """``semgrep: app/old.py:3: unparsable: syntax error near line 3``."""
    place = f"{format_location(gap.path, gap.line)}: " if gap.path is not None else ""
    return f"{gap.scanner}: {place}{gap.kind.value}: {gap.reason}"


def list_run_properties(report: Report) -> Iterator[tuple[str, str]]:
    """The verdict and its counts as names and values, for formats that have a place for such pairs."""
    verdict = report.verdict
    totals = summary.count(verdict.rulings, verdict.gaps)
    yield "outcome", label_verdict(report)
    yield "policy", describe_policy(report)
    yield "policy-digest", verdict.policy_digest
    yield "interrupted", report.interrupted
    yield "blocking", str(totals.with_outcome(RulingOutcome.BLOCKING))
    yield "suppressed", str(totals.with_outcome(RulingOutcome.SUPPRESSED))
    yield "gaps", str(totals.gaps)
    yield "blocking-gaps", str(totals.blocking_gaps)
    yield "known", str(totals.with_outcome(RulingOutcome.KNOWN))
    yield "bundled-only", str(summary.count_bundled_only(verdict.rulings))

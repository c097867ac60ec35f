"""SARIF 2.1.0, one run a scanner, as GitHub, DefectDojo and the SARIF viewers can all read it; the only user of sarif_om."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import attr
import msgspec
import sarif_om

from scangate.model import (
    NEVER_ALLOWED,
    Confidence,
    Finding,
    GapRuling,
    Kind,
    Location,
    Report,
    Ruling,
    RulingOutcome,
    Severity,
    Status,
)
from scangate.report import escape, tally
from scangate.report.wording import many, since

__all__ = ["render", "to_plain"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOMES = {
    "bandit": "https://bandit.readthedocs.io/",
    "detect-secrets": "https://github.com/Yelp/detect-secrets",  # pragma: allowlist secret
    "pip-audit": "https://github.com/pypa/pip-audit",
    "semgrep": "https://semgrep.dev/",
}
HOME = "https://pypi.org/project/scangate/"
"""Where a scanner without a home of its own, and scangate itself, are described."""

MOST_RESULTS = 25_000
"""A run with more is refused whole by GitHub, see https://docs.github.com/en/code-security/code-scanning; so are the lengths."""
LONGEST_TEXT = 1024
LONGEST_NAME = 255
LONGEST_SNIPPET = 2000
LARGEST = 2**31 - 1
"""What .NET's readers take as a line or a column; one number above it and they read nothing of the log."""
MOST_CWES = 7
"""GitHub shows ten tags of a rule, and three of ours are not about weaknesses."""

SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.5",
}
LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.LOW: "note", Severity.INFO: "note"}
PRECISION = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}
INLINE = "waived inline"
"""How the judge opens its reason where it was the comment in the source that counted, and not an exception."""

TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:Z|\+00:00)")


@attr.s
class Suppression(sarif_om.Suppression):  # type: ignore[misc]  # the package has no types
    """sarif_om writes ``state``, a name from before the standard was final; the standard has ``status``."""

    status: str | None = attr.ib(default=None, metadata={"schema_property_name": "status"})


class Rule(NamedTuple):
    """What the rulings of one rule come to."""

    id: str
    title: str
    help_url: str
    severity: Severity
    confidence: Confidence
    kind: Kind
    cwe: tuple[int, ...]


def render(report: Report) -> str:
    """The log: a run for each scanner that was to run, and a last one for scangate itself, so that the verdict is always told."""
    runs = [_run(part, report) for part in tally.parts(report) if _told(part)]
    plain = to_plain(sarif_om.SarifLog(runs=runs, version="2.1.0", schema_uri=SCHEMA))
    opening = {name: plain[name] for name in ("$schema", "version")}  # first, since some readers tell a file by its opening
    return (msgspec.json.format(msgspec.json.encode({**opening, **plain}), indent=1) + b"\n").decode()


def _told(part: tally.Part) -> bool:
    switched_off = part.result is not None and part.result.status is Status.SKIPPED
    return not switched_off or bool(part.gaps or part.rulings) or part.scanner == tally.OWN


def _run(part: tally.Part, report: Report) -> sarif_om.Run:
    kept = part.rulings
    if len(kept) > MOST_RESULTS:
        worst = {id(ruling) for ruling in tally.worst_first(kept)[:MOST_RESULTS]}
        kept = [ruling for ruling in kept if id(ruling) in worst]
    rules = _rules(kept)
    cwes = sorted({cwe for rule in rules for cwe in rule.cwe})
    places = {rule.id: place for place, rule in enumerate(rules)}
    kinds = sorted({ruling.gap.kind.value for ruling in part.gaps} | ({TRUNCATED} if len(kept) < len(part.rulings) else set()))
    return sarif_om.Run(
        tool=sarif_om.Tool(driver=_driver(part, report, rules, cwes, kinds)),
        automation_details=sarif_om.RunAutomationDetails(id=f"scangate/{escape.uri(part.scanner).replace('/', '%2F')}/"),
        column_kind="unicodeCodePoints",
        invocations=[_invocation(part, report, kinds, len(kept))],
        taxonomies=[_taxonomy(cwes)] if cwes else None,
        results=[_plain(_result(ruling, places[_text(ruling.finding.rule, LONGEST_NAME)])) for ruling in kept],
        properties=_run_properties(part, report),
    )


def _run_properties(part: tally.Part, report: Report) -> dict[str, Any]:
    verdict, totals = report.verdict, part.tally()
    told: dict[str, Any] = {
        "verdict": verdict.outcome.value,
        "exitCode": report.exit_code,
        "policy": _text(verdict.policy),
        "policyDigest": _text(verdict.policy_digest),
        "environment": _text(verdict.environment),
        "commit": _text(report.commit),
        "counts": {outcome.value: totals.of(outcome) for outcome in RulingOutcome},
        "gaps": totals.gaps,
        "gapsThatCount": totals.counting,
        "toldByTheStarterSet": tally.starters(part.rulings),
        "resolved": tally.resolved(part),
    }
    if report.since is not None:
        told["since"] = _text(since(report))
    if part.result is not None:
        told["status"] = part.result.status.value
        told["accounting"] = part.result.accounting.value
        told["filesGiven"] = part.result.given
        told["filesRead"] = len(part.result.files)
    return told


def _driver(
    part: tally.Part, report: Report, rules: Sequence[Rule], cwes: Sequence[int], kinds: Sequence[str]
) -> sarif_om.ToolComponent:
    version = report.tool_version if part.result is None else part.result.version
    return sarif_om.ToolComponent(
        name=_text(part.scanner, LONGEST_NAME) or "unnamed",
        version=_text(version) or None,
        information_uri=HOMES.get(part.scanner, HOME),
        rules=[_descriptor(rule, cwes) for rule in rules],
        notifications=[_notification_descriptor(kind) for kind in kinds] or None,
        supported_taxonomies=[sarif_om.ToolComponentReference(name="CWE", index=0)] if cwes else None,
    )


def _rules(ruled: Iterable[Ruling]) -> list[Rule]:
    """The rules of these rulings, by id; each with what is worst and surest among its rulings, whatever their order."""
    groups: dict[str, list[Ruling]] = {}
    for ruling in ruled:
        groups.setdefault(_text(ruling.finding.rule, LONGEST_NAME), []).append(ruling)
    return [_rule(name, groups[name]) for name in sorted(groups)]


def _rule(name: str, group: Sequence[Ruling]) -> Rule:
    findings = [ruling.finding for ruling in group]
    return Rule(
        id=name,
        title=min({_text(finding.title) for finding in findings} - {""}, default=name),
        help_url=min({escape.link(finding.help_url) for finding in findings} - {""}, default=""),
        severity=max(ruling.severity for ruling in group),
        confidence=max(finding.confidence for finding in findings),
        kind=min((finding.kind for finding in findings), key=lambda kind: kind.value),
        cwe=tuple(sorted({cwe for finding in findings for cwe in finding.cwe if cwe > 0})[:MOST_CWES]),
    )


def _descriptor(rule: Rule, cwes: Sequence[int]) -> sarif_om.ReportingDescriptor:
    sentence = rule.title if rule.title.endswith((".", "!", "?")) else f"{escape.shorten(rule.title, LONGEST_TEXT - 1)}."
    return sarif_om.ReportingDescriptor(
        id=rule.id,
        name=_pascal(rule),
        short_description=_multiformat(sentence),
        full_description=_multiformat(sentence),
        help=_help(rule, sentence),
        help_uri=rule.help_url or None,
        default_configuration=sarif_om.ReportingConfiguration(level=LEVELS.get(rule.severity, "warning")),
        relationships=[_relationship(cwe, cwes) for cwe in rule.cwe] or None,
        properties=_rule_properties(rule),
    )


def _help(rule: Rule, sentence: str) -> sarif_om.MultiformatMessageString:
    weaknesses = [f"CWE-{cwe}" for cwe in rule.cwe]
    text = [
        sentence,
        f"Weakness: {', '.join(weaknesses)}." if weaknesses else "",
        f"See {rule.help_url} ." if rule.help_url else "",
    ]
    links = ", ".join(f"[CWE-{cwe}]({_cwe_home(cwe)})" for cwe in rule.cwe)
    marked = [
        escape.markdown(sentence),
        f"Weakness: {links}." if links else "",
        f"[More about this rule](<{rule.help_url}>)." if rule.help_url else "",
    ]
    return sarif_om.MultiformatMessageString(text=" ".join(filter(None, text)), markdown="\n\n".join(filter(None, marked)))


def _rule_properties(rule: Rule) -> dict[str, Any]:
    """What GitHub sorts by. UNKNOWN has no number: readers then go by the level, and nothing is invented."""
    told: dict[str, Any] = {"tags": ["security", rule.kind.value, *(f"external/cwe/cwe-{cwe}" for cwe in rule.cwe)]}
    if rule.confidence in PRECISION:
        told["precision"] = PRECISION[rule.confidence]
    if rule.severity in SECURITY_SEVERITY:
        told["security-severity"] = SECURITY_SEVERITY[rule.severity]
    return told


def _pascal(rule: Rule) -> str:
    """A name in the form the standard recommends; never the id again, which validators warn about."""
    words = re.findall("[A-Za-z0-9]+", rule.title)[:10]
    name = "".join(word[0].upper() + word[1:] for word in words)[: LONGEST_NAME - 4]
    return name if name[:1].isalpha() and name != rule.id else f"Rule{name}"


def _multiformat(text: str) -> sarif_om.MultiformatMessageString:
    return sarif_om.MultiformatMessageString(text=text)


def _cwe_home(cwe: int) -> str:
    return f"https://cwe.mitre.org/data/definitions/{cwe}.html"


def _relationship(cwe: int, cwes: Sequence[int]) -> sarif_om.ReportingDescriptorRelationship:
    component = sarif_om.ToolComponentReference(name="CWE", index=0)
    target = sarif_om.ReportingDescriptorReference(id=f"CWE-{cwe}", index=cwes.index(cwe), tool_component=component)
    return sarif_om.ReportingDescriptorRelationship(target=target, kinds=["relevant"])


def _taxonomy(cwes: Iterable[int]) -> sarif_om.ToolComponent:
    """The weaknesses these rules are about, and no others."""
    return sarif_om.ToolComponent(
        name="CWE",
        full_name="Common Weakness Enumeration",
        organization="MITRE",
        information_uri="https://cwe.mitre.org/",
        short_description=_multiformat("The MITRE Common Weakness Enumeration."),
        is_comprehensive=False,
        taxa=[
            sarif_om.ReportingDescriptor(
                id=f"CWE-{cwe}", name=f"Cwe{cwe}", help_uri=_cwe_home(cwe), short_description=_multiformat(f"CWE-{cwe}.")
            )
            for cwe in cwes
        ],
    )


def _result(ruling: Ruling, rule_index: int) -> sarif_om.Result:
    finding = ruling.finding
    suppressed = ruling.outcome is RulingOutcome.SUPPRESSED
    return sarif_om.Result(
        rule_id=_text(finding.rule, LONGEST_NAME),
        rule_index=rule_index,
        level=LEVELS.get(ruling.severity, "warning"),
        kind="fail",
        message=_message(_text(finding.message) or _text(finding.title) or _text(finding.rule)),
        locations=[_location(finding.location, finding.evidence)],
        partial_fingerprints=_fingerprints(finding) or None,
        suppressions=[_suppression(member) for member in ruling.told] if suppressed else None,
        baseline_state="unchanged" if ruling.outcome is RulingOutcome.KNOWN else None,
        properties=_result_properties(ruling),
    )


@functools.lru_cache(maxsize=1024)
def _message(text: str) -> Plain:
    return _plain(sarif_om.Message(text=text))


def _suppression(ruling: Ruling) -> Suppression:
    inline = (ruling.finding.waiver or ruling.finding.ignores) and ruling.because.startswith(INLINE)
    kind = "inSource" if inline else "external"
    told = Suppression(kind=kind, justification=_text(ruling.because))  # type: ignore[call-arg]  # its parent has no types
    told.status = "accepted"
    return told


def _fingerprints(finding: Finding) -> Plain:
    told = {"scangateFinding/v1": finding.fingerprint, "primaryLocationLineHash": finding.line_hash}
    return Plain({name: escape.terminal(value) for name, value in told.items() if value})


def _result_properties(ruling: Ruling) -> Plain:
    finding = ruling.finding
    told = Plain(
        severity=ruling.severity.name.lower(),
        originalSeverity=finding.severity.name.lower(),
        confidence=finding.confidence.name.lower(),
        kind=finding.kind.value,
        outcome=ruling.outcome.value,
        because=_text(ruling.because),
    )
    if finding.reported_by:
        told["reportedBy"] = [_text(name) for name in finding.reported_by]
    if ruling.members:
        told["members"] = [_member(member) for member in ruling.members]
    if finding.package is not None:
        package = finding.package
        told["package"] = {
            "name": _text(package.name),
            "version": _text(package.version),
            "fixedIn": [_text(version) for version in package.fixed_in],
            "aliases": [_text(alias) for alias in package.aliases],
            "cvss": _text(package.cvss),
            "published": _text(package.published),
            "upgrade": _text(package.upgrade),
            "toldBy": _text(package.told_by),
        }
    return told


def _member(ruling: Ruling) -> dict[str, str]:
    """One of the findings that a merged one stands for, the one that it is told as included."""
    return {
        "rule": _text(ruling.finding.rule, LONGEST_NAME),
        "fingerprint": escape.terminal(ruling.finding.fingerprint),
        "severity": ruling.severity.name.lower(),
        "outcome": ruling.outcome.value,
        "because": _text(ruling.because),
    }


def _location(place: Location, evidence: str = "") -> sarif_om.Location:
    return sarif_om.Location(
        physical_location=sarif_om.PhysicalLocation(artifact_location=_artifact(place.path), region=_region(place, evidence))
    )


@functools.lru_cache(maxsize=1024)
def _artifact(path: str) -> Plain:
    return _plain(sarif_om.ArtifactLocation(uri=escape.uri(path)))


def _region(place: Location, evidence: str) -> sarif_om.Region:
    """All four bounds, which GitHub asks for: where a scanner gave no column, the first character of the line."""
    start = min(place.column or 1, LARGEST - 1)
    least = start + 1 if place.end_line == place.line else 2
    snippet = sarif_om.ArtifactContent(text=escape.xml(evidence[:LONGEST_SNIPPET])) if evidence else None
    return sarif_om.Region(
        start_line=min(place.line, LARGEST),
        start_column=start,
        end_line=min(place.end_line, LARGEST),
        end_column=min(max(place.end_column, least), LARGEST),
        snippet=snippet,
    )


def _invocation(part: tally.Part, report: Report, kinds: Sequence[str], kept: int) -> sarif_om.Invocation:
    done = part.result is None or part.result.status in (Status.COMPLETE, Status.PARTIAL)
    notifications = [_notification(ruling, kinds.index(ruling.gap.kind.value)) for ruling in part.gaps]
    if kept < len(part.rulings):
        notifications.append(_truncated(part, kept, kinds.index(TRUNCATED)))
    return sarif_om.Invocation(
        execution_successful=done and not report.interrupted,
        start_time_utc=_time(report.started),
        end_time_utc=_time(report.finished),
        tool_execution_notifications=notifications or None,
    )


TRUNCATED = "too-many-results"
"""The notification that tells of results left out of the log; the others are called as the kinds of gaps are."""


def _notification_descriptor(kind: str) -> sarif_om.ReportingDescriptor:
    words = kind.replace("-", " ")
    text = _multiformat(f"{words[0].upper()}{words[1:]}: something was not read, or not wholly.")
    name = f"Gap{words.title().replace(' ', '')}"
    return sarif_om.ReportingDescriptor(id=kind, name=name, short_description=text, full_description=text, help=text)


def _notification(ruling: GapRuling, index: int) -> sarif_om.Notification:
    """A gap. Its level is ``note`` where the policy allows it, ``error`` for what no bundled policy allows, else ``warning``."""
    gap = ruling.gap
    level = "error" if gap.kind in NEVER_ALLOWED else "warning"
    line = max(gap.line, 1)
    properties = {"counts": ruling.counts, "because": _text(ruling.because), "scanner": _text(gap.scanner)}
    return sarif_om.Notification(
        message=sarif_om.Message(text=_text(f"{gap.reason}; {gap.hint}" if gap.hint else gap.reason) or gap.kind.value),
        level=level if ruling.counts else "note",
        descriptor=sarif_om.ReportingDescriptorReference(id=gap.kind.value, index=index),
        locations=[_location(Location(gap.path, line, line))] if gap.path is not None else None,
        properties=properties,
    )


def _truncated(part: tally.Part, kept: int, index: int) -> sarif_om.Notification:
    missing = len(part.rulings) - kept
    text = f"{many(missing, 'result')} of {len(part.rulings):,} left out, the least severe; verdict.json holds them all"
    return sarif_om.Notification(
        message=sarif_om.Message(text=text),
        level="warning",
        descriptor=sarif_om.ReportingDescriptorReference(id=TRUNCATED, index=index),
        properties={"leftOut": missing},
    )


def _time(time: str) -> str | None:
    match = TIME.fullmatch(time)
    return f"{match[1]}Z" if match else None


@functools.lru_cache(maxsize=1024)
def _text(text: str, most: int = LONGEST_TEXT) -> str:
    return escape.shorten(escape.sarif(text[: most + 1]), most)


# --- sarif_om objects to JSON values. The package's own way copies every subtree at every level: minutes for 100,000 results.

Shape = Mapping[str, tuple[str, Any]]
ALWAYS = frozenset({"level", "kind"})
"""Written also where they equal the package's default, since a reader's default may be another: a rule's configuration."""


class Plain(dict[str, Any]):
    """What has been made plain already, wherever it is put."""


PLAIN = frozenset({type(None), str, int, float, bool, Plain})
_shapes: dict[type, Shape] = {}


def to_plain(value: Any) -> Any:
    """A sarif_om object as dicts and lists: names as in the schema, without what is None or what the schema supposes anyway."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is list or kind is tuple:
        return [to_plain(each) for each in value]
    if kind is dict:
        return {name: held if type(held) in PLAIN else to_plain(held) for name, held in value.items()}
    return _plain(value)


def _plain(value: Any) -> Plain:
    kind = type(value)
    shape = _shapes.get(kind) or _shape(kind)
    plain = Plain()
    for attribute, held in vars(value).items():  # most of them are None
        if held is not None:
            name, default = shape[attribute]
            if default is None or held != default or name in ALWAYS:
                plain[name] = held if type(held) in PLAIN else to_plain(held)
    return plain


def _shape(cls: type) -> Shape:
    fields = attr.fields(cls)
    _shapes[cls] = {field.name: (field.metadata["schema_property_name"], _default(field.default)) for field in fields}
    return _shapes[cls]


def _default(default: Any) -> Any:
    if isinstance(default, attr.Factory):  # type: ignore[arg-type]  # a class, though its stub calls it a function
        return default.factory()
    return None if default is attr.NOTHING else default

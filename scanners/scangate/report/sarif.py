"""SARIF 2.1.0 with one run per scanner, for GitHub, DefectDojo and SARIF viewers."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import attr
import msgspec
import sarif_om

from scangate.model import (
    NEVER_ALLOWED,
    Basis,
    Confidence,
    ContentCoverage,
    Finding,
    FindingKind,
    FlowRole,
    FlowStep,
    GapRuling,
    Location,
    Report,
    Ruling,
    RulingOutcome,
    ScanStatus,
    SecretAssessment,
    Severity,
)
from scangate.report import escape, summary
from scangate.report.coverage_text import list_coverage
from scangate.report.decision_text import explain_decision
from scangate.report.secret_text import explain_weight
from scangate.report.wording import FLOW_ROLES, describe_base, describe_policy_origin, label_verdict, pluralize

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TOOL_URLS = {
    "bandit": "https://bandit.readthedocs.io/",
    "betterleaks": "https://github.com/betterleaks/betterleaks",
    "credsweeper": "https://github.com/Samsung/CredSweeper",
    "detect-secrets": "https://github.com/Yelp/detect-secrets",  # pragma: allowlist secret
    "osv": "https://osv.dev/",
    "pip-audit": "https://github.com/pypa/pip-audit",
    "semgrep": "https://semgrep.dev/",
    "zizmor": "https://docs.zizmor.sh/",
}
SCANGATE_URL = "https://pypi.org/project/scangate/"
"""The URL of scangate, and of scanners that are not in TOOL_URLS."""

MAX_RESULTS = 25_000
"""GitHub's limits: https://docs.github.com/en/code-security/code-scanning"""
MAX_TEXT_LENGTH = 1024
MAX_NAME_LENGTH = 255
MAX_SNIPPET_LENGTH = 2000
MAX_LINE = 2**31 - 1
"""The largest line or column that .NET readers accept; they refuse the whole log for a larger one."""
MAX_CWES = 7
"""GitHub shows ten tags of a rule, and three of ours are not weaknesses."""

SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.5",
}
LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.LOW: "note", Severity.INFO: "note"}
PRECISION = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}

TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:Z|\+00:00)")


_KEY_NAMES = """
    $schema accounting aliases analyses analysis artifactLocation automationDetails baselineState blocking
    blockingGaps bundledOnly class codeFlows columnKind commit confidence contentType contexts counts coverage cvss
    date defaultConfiguration descriptor detectors driver endColumn endLine endTimeUtc environment executionSuccessful
    exitCode files filesAnalyzed filesGiven filesNotAnalyzed fingerprint fixedIn former fullDescription fullName gaps
    help helpUri id importance inHead index informationUri introduction invocations isComprehensive justification kind mitigation
    known leftOut level location locations markdown members message name nestingLevel not-judged notifications
    onlyScanners organization originalSeverity outcome package partialFingerprints physicalLocation policy
    policyDigest policyOrigin precision primaryLocationLineHash properties published reason region relationships
    reportedBy resolved results rule ruleId ruleIndex rules runs scangateFinding/v1 scanner scanners secret
    security-severity severity shortDescription since snippet source startColumn startLine startTimeUtc status
    supportedTaxonomies suppressed suppressions tags target taxa taxonomies text threadFlows tolerated tool
    toolComponent toolExecutionNotifications upgrade uri verdict version
"""
KEYS = frozenset(_KEY_NAMES.split())
"""The keys of all objects that `render` writes; a log with any other is not one of ours."""


@attr.s
class Suppression(sarif_om.Suppression):  # type: ignore[misc]  # the package has no types
    """sarif_om has ``state``, the name in a draft; the standard has ``status``."""

    status: str | None = attr.ib(default=None, metadata={"schema_property_name": "status"})


class RuleSummary(NamedTuple):
    """A rule with the worst severity and confidence of its rulings."""

    id: str
    title: str
    help_url: str
    severity: Severity
    confidence: Confidence
    kind: FindingKind
    cwe: tuple[int, ...]


def render(report: Report) -> str:
    """The log: a run for each scanner that is not switched off, and one for scangate, which always has the verdict."""
    runs = [_run(part, report) for part in summary.summarize_scanners(report) if _has_run(part)]
    plain = to_json(sarif_om.SarifLog(runs=runs, version="2.1.0", schema_uri=SCHEMA))
    opening = {name: plain[name] for name in ("$schema", "version")}  # first: some readers recognize the format by it
    return (msgspec.json.format(msgspec.json.encode({**opening, **plain}), indent=1) + b"\n").decode()


def _has_run(part: summary.ScannerSummary) -> bool:
    switched_off = part.result is not None and part.result.status is ScanStatus.SKIPPED
    return not switched_off or bool(part.gaps or part.rulings) or part.scanner == summary.SCANGATE


def _run(part: summary.ScannerSummary, report: Report) -> sarif_om.Run:
    kept = part.rulings
    if len(kept) > MAX_RESULTS:
        worst = {id(ruling) for ruling in summary.sort_worst_first(kept)[:MAX_RESULTS]}
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
        results=[_to_json_object(_result(ruling, places[_escape(ruling.finding.rule, MAX_NAME_LENGTH)])) for ruling in kept],
        properties=_run_properties(part, report),
    )


def _run_properties(part: summary.ScannerSummary, report: Report) -> dict[str, Any]:
    verdict, totals = report.verdict, part.counts()
    properties: dict[str, Any] = {
        "verdict": _escape(label_verdict(report)),
        "exitCode": report.exit_code,
        "policy": _escape(verdict.policy),
        "policyDigest": _escape(verdict.policy_digest),
        "environment": _escape(verdict.environment),
        "commit": _escape(report.commit),
        "counts": {outcome.value: totals.with_outcome(outcome) for outcome in RulingOutcome},
        "gaps": totals.gaps,
        "blockingGaps": totals.blocking_gaps,
        "bundledOnly": summary.count_bundled_only(part.rulings),
        "resolved": part.resolved_releases,
    }
    if report.only_scanners:
        properties["onlyScanners"] = [_escape(name) for name in report.only_scanners]
    if origin := describe_policy_origin(report):
        properties["policyOrigin"] = _escape(origin)
    if base := describe_base(report):
        properties["since"] = _escape(base)
    if part.scanner == summary.SCANGATE and report.coverage is not None:
        properties["coverage"] = [_coverage(content) for content in list_coverage(report)]
    if part.result is not None:
        properties["status"] = part.result.status.value
        properties["accounting"] = part.result.accounting.value
        properties["filesGiven"] = part.result.files_given
        properties["filesAnalyzed"] = len(part.result.analyzed_files)
    return properties


def _coverage(content: ContentCoverage) -> dict[str, Any]:
    analyses = [
        {
            "analysis": each.analysis.value,
            "filesAnalyzed": each.files,
            "filesNotAnalyzed": len(each.not_analyzed),
            "scanners": [_escape(name) for name in each.scanners],
            "rules": each.rules,
        }
        for each in content.analyses
    ]
    return {"contentType": _escape(content.content_type), "files": content.files, "analyses": analyses}


def _driver(
    part: summary.ScannerSummary, report: Report, rules: Sequence[RuleSummary], cwes: Sequence[int], kinds: Sequence[str]
) -> sarif_om.ToolComponent:
    version = report.tool_version if part.result is None else part.result.version
    return sarif_om.ToolComponent(
        name=_escape(part.scanner, MAX_NAME_LENGTH) or "unnamed",
        version=_escape(version) or None,
        information_uri=TOOL_URLS.get(part.scanner, SCANGATE_URL),
        rules=[_descriptor(rule, cwes) for rule in rules],
        notifications=[_notification_descriptor(kind) for kind in kinds] or None,
        supported_taxonomies=[sarif_om.ToolComponentReference(name="CWE", index=0)] if cwes else None,
    )


def _rules(ruled: Iterable[Ruling]) -> list[RuleSummary]:
    """The rules of these rulings, by id."""
    groups: dict[str, list[Ruling]] = {}
    for ruling in ruled:
        groups.setdefault(_escape(ruling.finding.rule, MAX_NAME_LENGTH), []).append(ruling)
    return [_rule(name, groups[name]) for name in sorted(groups)]


def _rule(name: str, group: Sequence[Ruling]) -> RuleSummary:
    findings = [ruling.finding for ruling in group]
    return RuleSummary(
        id=name,
        title=min({_escape(finding.title) for finding in findings} - {""}, default=name),
        help_url=min({escape.web_url(finding.help_url) for finding in findings} - {""}, default=""),
        severity=max(ruling.severity for ruling in group),
        confidence=max(finding.confidence for finding in findings),
        kind=min((finding.kind for finding in findings), key=lambda kind: kind.value),
        cwe=tuple(sorted({cwe for finding in findings for cwe in finding.cwe if cwe > 0})[:MAX_CWES]),
    )


def _descriptor(rule: RuleSummary, cwes: Sequence[int]) -> sarif_om.ReportingDescriptor:
    sentence = rule.title if rule.title.endswith((".", "!", "?")) else f"{escape.truncate(rule.title, MAX_TEXT_LENGTH - 1)}."
    return sarif_om.ReportingDescriptor(
        id=rule.id,
        name=_pascal_case(rule),
        short_description=_multiformat(sentence),
        full_description=_multiformat(sentence),
        help=_help(rule, sentence),
        help_uri=rule.help_url or None,
        default_configuration=sarif_om.ReportingConfiguration(level=LEVELS.get(rule.severity, "warning")),
        relationships=[_relationship(cwe, cwes) for cwe in rule.cwe] or None,
        properties=_rule_properties(rule),
    )


def _help(rule: RuleSummary, sentence: str) -> sarif_om.MultiformatMessageString:
    weaknesses = [f"CWE-{cwe}" for cwe in rule.cwe]
    text = [
        sentence,
        f"Weakness: {', '.join(weaknesses)}." if weaknesses else "",
        f"See {rule.help_url} ." if rule.help_url else "",
    ]
    links = ", ".join(f"[CWE-{cwe}]({_cwe_url(cwe)})" for cwe in rule.cwe)
    marked = [
        escape.markdown(sentence),
        f"Weakness: {links}." if links else "",
        f"[More about this rule](<{rule.help_url}>)." if rule.help_url else "",
    ]
    return sarif_om.MultiformatMessageString(text=" ".join(filter(None, text)), markdown="\n\n".join(filter(None, marked)))


def _rule_properties(rule: RuleSummary) -> dict[str, Any]:
    """What GitHub sorts by. UNKNOWN has no number: readers use the level instead."""
    properties: dict[str, Any] = {"tags": ["security", rule.kind.value, *(f"external/cwe/cwe-{cwe}" for cwe in rule.cwe)]}
    if rule.confidence in PRECISION:
        properties["precision"] = PRECISION[rule.confidence]
    if rule.severity in SECURITY_SEVERITY:
        properties["security-severity"] = SECURITY_SEVERITY[rule.severity]
    return properties


def _pascal_case(rule: RuleSummary) -> str:
    """A name in the recommended form; not equal to the id, which validators warn about."""
    words = re.findall("[A-Za-z0-9]+", rule.title)[:10]
    name = "".join(word[0].upper() + word[1:] for word in words)[: MAX_NAME_LENGTH - 4]
    return name if name[:1].isalpha() and name != rule.id else f"Rule{name}"


def _multiformat(text: str) -> sarif_om.MultiformatMessageString:
    return sarif_om.MultiformatMessageString(text=text)


def _cwe_url(cwe: int) -> str:
    return f"https://cwe.mitre.org/data/definitions/{cwe}.html"


def _relationship(cwe: int, cwes: Sequence[int]) -> sarif_om.ReportingDescriptorRelationship:
    component = sarif_om.ToolComponentReference(name="CWE", index=0)
    target = sarif_om.ReportingDescriptorReference(id=f"CWE-{cwe}", index=cwes.index(cwe), tool_component=component)
    return sarif_om.ReportingDescriptorRelationship(target=target, kinds=["relevant"])


def _taxonomy(cwes: Iterable[int]) -> sarif_om.ToolComponent:
    """The weaknesses of the rules in the run."""
    return sarif_om.ToolComponent(
        name="CWE",
        full_name="Common Weakness Enumeration",
        organization="MITRE",
        information_uri="https://cwe.mitre.org/",
        short_description=_multiformat("The MITRE Common Weakness Enumeration."),
        is_comprehensive=False,
        taxa=[
            sarif_om.ReportingDescriptor(
                id=f"CWE-{cwe}", name=f"Cwe{cwe}", help_uri=_cwe_url(cwe), short_description=_multiformat(f"CWE-{cwe}.")
            )
            for cwe in cwes
        ],
    )


def _result(ruling: Ruling, rule_index: int) -> sarif_om.Result:
    finding = ruling.finding
    suppressed = ruling.outcome is RulingOutcome.SUPPRESSED
    return sarif_om.Result(
        rule_id=_escape(finding.rule, MAX_NAME_LENGTH),
        rule_index=rule_index,
        level=LEVELS.get(ruling.severity, "warning"),
        kind="fail",
        message=_message(_escape(finding.message) or _escape(finding.title) or _escape(finding.rule)),
        locations=[_location(finding.location, finding.evidence)],
        partial_fingerprints=_fingerprints(finding) or None,
        code_flows=[_code_flow(finding.flow)] if finding.flow else None,
        suppressions=[_suppression(member) for member in ruling.per_scanner] if suppressed else None,
        baseline_state="unchanged" if ruling.outcome is RulingOutcome.KNOWN else None,
        properties=_result_properties(ruling),
    )


def _code_flow(flow: Sequence[FlowStep]) -> sarif_om.CodeFlow:
    """The way of request data: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317730"""
    steps = [
        sarif_om.ThreadFlowLocation(location=_step_location(step), importance="essential", nesting_level=nesting)
        for step, nesting in zip(flow, _nesting(flow), strict=True)
    ]
    return sarif_om.CodeFlow(thread_flows=[sarif_om.ThreadFlow(locations=steps)])


def _step_location(step: FlowStep) -> sarif_om.Location:
    location = _location(step.location)
    location.message = _message(FLOW_ROLES[step.role])
    return location


def _nesting(flow: Sequence[FlowStep]) -> Iterator[int]:
    """How many calls deep each step is, from where the data enters."""
    depth = 0
    for step in flow:
        yield max(depth, 0)
        depth += {FlowRole.CALL: 1, FlowRole.RETURN: -1}.get(step.role, 0)


@functools.lru_cache(maxsize=1024)
def _message(text: str) -> JsonObject:
    return _to_json_object(sarif_om.Message(text=text))


def _suppression(ruling: Ruling) -> Suppression:
    kind = "inSource" if ruling.decision.basis is Basis.INLINE_COMMENT else "external"
    suppression = Suppression(kind=kind, justification=_escape(explain_decision(ruling.decision)))  # type: ignore[call-arg]  # untyped
    suppression.status = "accepted"
    return suppression


def _fingerprints(finding: Finding) -> JsonObject:
    hashes = {"scangateFinding/v1": finding.fingerprint, "primaryLocationLineHash": finding.line_hash}
    return JsonObject({name: escape.terminal(value) for name, value in hashes.items() if value})


def _result_properties(ruling: Ruling) -> JsonObject:
    finding = ruling.finding
    properties = JsonObject(
        severity=ruling.severity.value,
        originalSeverity=finding.severity.value,
        confidence=finding.confidence.value,
        kind=finding.kind.value,
        outcome=ruling.outcome.value,
        reason=_escape(explain_decision(ruling.decision)),
    )
    if finding.reported_by:
        properties["reportedBy"] = [_escape(name) for name in finding.reported_by]
    if ruling.members:
        properties["members"] = [_member(member) for member in ruling.members]
    if finding.assessment is not None:
        properties["secret"] = _secret(finding.assessment, explain_weight(finding))
    if finding.mitigation is not None:
        properties["mitigation"] = finding.mitigation.value
    if finding.introduction is not None:
        found = finding.introduction
        properties["introduction"] = {"commit": _escape(found.commit), "date": _escape(found.date), "inHead": found.in_head}
    if finding.former is not None:
        properties["former"] = {
            "rule": _escape(finding.former.rule, MAX_NAME_LENGTH),
            "fingerprint": escape.terminal(finding.former.fingerprint),
        }
    if finding.affected_package is not None:
        package = finding.affected_package
        properties["package"] = {
            "name": _escape(package.name),
            "version": _escape(package.version),
            "fixedIn": [_escape(version) for version in package.fixed_in],
            "aliases": [_escape(alias) for alias in package.aliases],
            "cvss": _escape(package.cvss),
            "published": _escape(package.published),
            "upgrade": _escape(package.upgrade),
            "source": _escape(package.source),
        }
    return properties


def _secret(assessment: SecretAssessment, reason: str) -> dict[str, str | list[str]]:
    """Why a secret has its severity."""
    return {
        "class": assessment.secret_class.value,
        "contexts": [context.value for context in assessment.contexts],
        "detectors": [_escape(rule, MAX_NAME_LENGTH) for rule in assessment.detectors],
        "reason": _escape(reason),
    }


def _member(ruling: Ruling) -> dict[str, str]:
    """A member of a merged finding."""
    return {
        "rule": _escape(ruling.finding.rule, MAX_NAME_LENGTH),
        "fingerprint": escape.terminal(ruling.finding.fingerprint),
        "severity": ruling.severity.value,
        "outcome": ruling.outcome.value,
        "reason": _escape(explain_decision(ruling.decision)),
    }


def _location(location: Location, evidence: str = "") -> sarif_om.Location:
    return sarif_om.Location(
        physical_location=sarif_om.PhysicalLocation(artifact_location=_artifact(location.path), region=_region(location, evidence))
    )


@functools.lru_cache(maxsize=1024)
def _artifact(path: str) -> JsonObject:
    return _to_json_object(sarif_om.ArtifactLocation(uri=escape.uri(path)))


def _region(location: Location, evidence: str) -> sarif_om.Region:
    """All four bounds, as GitHub requires; without a column the first character of the line."""
    start = min(location.column or 1, MAX_LINE - 1)
    least = start + 1 if location.end_line == location.line else 2
    snippet = sarif_om.ArtifactContent(text=escape.xml(evidence[:MAX_SNIPPET_LENGTH])) if evidence else None
    return sarif_om.Region(
        start_line=min(location.line, MAX_LINE),
        start_column=start,
        end_line=min(location.end_line, MAX_LINE),
        end_column=min(max(location.end_column, least), MAX_LINE),
        snippet=snippet,
    )


def _invocation(part: summary.ScannerSummary, report: Report, kinds: Sequence[str], kept: int) -> sarif_om.Invocation:
    done = part.result is None or part.result.status in (ScanStatus.COMPLETE, ScanStatus.PARTIAL)
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
"""The id of the notification about omitted results; the ids of the others are the gap kinds."""


def _notification_descriptor(kind: str) -> sarif_om.ReportingDescriptor:
    words = kind.replace("-", " ")
    text = _multiformat(f"{words[0].upper()}{words[1:]}: something was not analyzed, or not completely.")
    name = f"Gap{words.title().replace(' ', '')}"
    return sarif_om.ReportingDescriptor(id=kind, name=name, short_description=text, full_description=text, help=text)


def _notification(ruling: GapRuling, index: int) -> sarif_om.Notification:
    """A gap: ``note`` if the policy allows it, ``error`` for kinds that no bundled policy allows, else ``warning``."""
    gap = ruling.gap
    level = "error" if gap.kind in NEVER_ALLOWED else "warning"
    line = max(gap.line, 1)
    properties = {
        "blocking": ruling.blocking,
        "reason": _escape(explain_decision(ruling.decision)),
        "scanner": _escape(gap.scanner),
    }
    if gap.content_type:
        properties["contentType"] = _escape(gap.content_type)
    if gap.analysis is not None:
        properties |= {"analysis": gap.analysis.value, "files": gap.files}
    return sarif_om.Notification(
        message=sarif_om.Message(text=_escape(f"{gap.reason}; {gap.hint}" if gap.hint else gap.reason) or gap.kind.value),
        level=level if ruling.blocking else "note",
        descriptor=sarif_om.ReportingDescriptorReference(id=gap.kind.value, index=index),
        locations=[_location(Location(gap.path, line, line))] if gap.path is not None else None,
        properties=properties,
    )


def _truncated(part: summary.ScannerSummary, kept: int, index: int) -> sarif_om.Notification:
    missing = len(part.rulings) - kept
    text = f"{pluralize(missing, 'result')} of {len(part.rulings):,} omitted, the least severe; verdict.json has all of them"
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
def _escape(text: str, limit: int = MAX_TEXT_LENGTH) -> str:
    return escape.truncate(escape.sarif(text[: limit + 1]), limit)


# -- sarif_om objects to JSON values; the package's own serializer copies each subtree at each level: minutes for 100,000 results --

ALWAYS_WRITTEN = frozenset({"level", "kind"})
"""Written even if they are sarif_om's default, as a reader may have another default."""


class JsonObject(dict[str, Any]):
    """A JSON object that needs no conversion."""


JSON_TYPES = frozenset({type(None), str, int, float, bool, JsonObject})


def to_json(value: Any) -> Any:
    """A sarif_om object as dicts and lists, with the names of the schema, without None and defaults."""
    kind = type(value)
    if kind in JSON_TYPES:
        return value
    if kind is list or kind is tuple:
        return [to_json(each) for each in value]
    if kind is dict:
        return {name: held if type(held) in JSON_TYPES else to_json(held) for name, held in value.items()}
    return _to_json_object(value)


def _to_json_object(value: Any) -> JsonObject:
    fields = _field_names(type(value))  # type: ignore[arg-type]  # mypy takes no class for hashable
    plain = JsonObject()
    for attribute, held in vars(value).items():  # most of them are None
        if held is not None:
            name, default = fields[attribute]
            if default is None or held != default or name in ALWAYS_WRITTEN:
                plain[name] = held if type(held) in JSON_TYPES else to_json(held)
    return plain


@functools.cache
def _field_names(cls: type) -> dict[str, tuple[str, Any]]:
    """The name in the schema and the default of each attribute of a sarif_om class."""
    return {field.name: (field.metadata["schema_property_name"], _field_default(field.default)) for field in attr.fields(cls)}


def _field_default(default: Any) -> Any:
    if isinstance(default, attr.Factory):  # type: ignore[arg-type]  # a class, though its stub calls it a function
        return default.factory()
    return None if default is attr.NOTHING else default

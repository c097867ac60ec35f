"""CycloneDX 1.5: the dependencies of the repository, their known vulnerabilities and the policy's decisions about them.

The VEX analysis of a ruling (https://cyclonedx.org/capabilities/vex/):

- BLOCKING: ``exploitable``, with the response ``update`` if there is a fixed release.
- TOLERATED, KNOWN, NOT_JUDGED: ``in_triage``: no decision yet.
- SUPPRESSED: ``exploitable`` with ``will_not_fix``; the risk is accepted for a time, and ``detail`` says by whom.

Never ``not_affected`` or ``false_positive``: readers hide those, and accepting a risk is no analysis. If one release has several
locations with different rulings, the worst decides about the state and ``detail`` lists each.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from cvss import CVSS2, CVSS3, CVSS4, CVSSError
from cyclonedx.model import Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component as Entry
from cyclonedx.model.component import ComponentType
from cyclonedx.model.impact_analysis import ImpactAnalysisResponse, ImpactAnalysisState
from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle
from cyclonedx.model.tool import ToolRepository
from cyclonedx.model.vulnerability import (
    BomTarget,
    Vulnerability,
    VulnerabilityAdvisory,
    VulnerabilityAnalysis,
    VulnerabilityRating,
    VulnerabilityReference,
    VulnerabilityScoreSource,
    VulnerabilitySeverity,
    VulnerabilitySource,
)
from cyclonedx.schema.schema import SchemaVersion1Dot5
from packageurl import PackageURL

from scangate.model import PYTHON_PACKAGES, Component, Finding, FindingKind, Report, Ruling, RulingOutcome, ScanStatus, Severity
from scangate.report import escape, summary, wording
from scangate.report.decision_text import explain_decision
from scangate.report.remediation import suggest_fix

NAMESPACE = uuid.UUID("3a3c2f0e-3f0b-5a55-9a53-5a0f2c1d7e16")  # of our serial numbers, and of nothing else
SCHEMA = "http://cyclonedx.org/schema/bom-1.5.schema.json"  # the version that Amazon Inspector scans
ROOT_REF = "root"
MAX_NAME_LENGTH = 250
MAX_TEXT_LENGTH = 2000
MAX_LOCATIONS = 50  # in one analysis
MAX_GAPS = 1000
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

ANALYSIS_STATES = {
    RulingOutcome.BLOCKING: ImpactAnalysisState.EXPLOITABLE,
    RulingOutcome.TOLERATED: ImpactAnalysisState.IN_TRIAGE,
    RulingOutcome.KNOWN: ImpactAnalysisState.IN_TRIAGE,
    RulingOutcome.NOT_JUDGED: ImpactAnalysisState.IN_TRIAGE,
    RulingOutcome.SUPPRESSED: ImpactAnalysisState.EXPLOITABLE,
}
SEVERITIES = {severity: VulnerabilitySeverity(severity.value) for severity in Severity}
DATABASES = {
    "CVE": ("NVD", "https://nvd.nist.gov/vuln/detail/"),
    "GHSA": ("GitHub Advisory Database", "https://github.com/advisories/"),
    "PYSEC": ("PyPI Advisory Database", "https://osv.dev/vulnerability/"),
    "OSV": ("OSV", "https://osv.dev/vulnerability/"),
    "MAL": ("OSV", "https://osv.dev/vulnerability/"),
}
_ID = re.compile(r"(CVE|GHSA|PYSEC|OSV|MAL)(-[A-Za-z0-9]{1,20}){1,4}")
_BAD_URI = re.compile(r"%(?![0-9A-Fa-f]{2})|#.*#")
_CVSS = re.compile(r"(?:\d{1,2}\.\d )?\(?((?:CVSS:[34]\.\d/)?[A-Za-z]{1,4}:[A-Za-z0-9:/.]{1,300})\)?")


def render(report: Report) -> str:
    """The document, sorted: same report, same bytes. The serial number is made from all the rest, the time included.

    A time that the report does not know is left out.
    """
    finished = _parse_time(report.finished)
    bom = Bom(
        serial_number=uuid.UUID(int=0),
        metadata=_metadata(report, finished or EPOCH),
        vulnerabilities=_vulnerabilities(report),
    )
    document = _to_json(bom)
    # The library's own output class compares all components with each other, makes random names, and writes unknown dependencies
    # as none.
    document |= {"$schema": SCHEMA, "bomFormat": "CycloneDX", "specVersion": "1.5"}
    document["components"] = [_component(ref, item) for ref, item in _inventory(report).items()]
    document["dependencies"] = _dependencies(report)
    if finished is None:
        del document["metadata"]["timestamp"]
    document["serialNumber"] = uuid.uuid5(NAMESPACE, json.dumps(document, sort_keys=True)).urn
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _to_json(thing: Bom | Entry) -> dict[str, Any]:
    """A library object as JSON values."""
    written: dict[str, Any] = json.loads(thing.as_json(view_=SchemaVersion1Dot5))  # type: ignore[union-attr]
    return written


def _parse_time(text: str) -> dt.datetime | None:
    try:
        time = dt.datetime.fromisoformat(text)
        return (time if time.tzinfo is not None else time.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _escape(text: str, limit: int = MAX_TEXT_LENGTH) -> str:
    return escape.truncate(escape.terminal(text), limit)


def _property(name: str, value: str) -> Property:
    return Property(name=f"scangate:{name}", value=_escape(value))


# -- the run --


def _metadata(report: Report, finished: dt.datetime) -> BomMetaData:
    name = report.root.rstrip("/").rpartition("/")[2]
    return BomMetaData(
        timestamp=finished,
        lifecycles=[PredefinedLifecycle(LifecyclePhase.PRE_BUILD)],
        tools=ToolRepository(components=_tools(report)),
        component=Entry(
            type=ComponentType.APPLICATION,
            bom_ref=ROOT_REF,
            name=_escape(name, MAX_NAME_LENGTH) or "repository",
            version=_escape(report.commit, MAX_NAME_LENGTH) or None,
        ),
        properties=[_property(key, value) for key, value in _run_properties(report) if value],
    )


def _tools(report: Report) -> Iterator[Entry]:
    """scangate, and the scanners that report dependencies."""
    versions = {"scangate": report.tool_version}
    for result in summary.sort_results(report):
        if result.components or any(finding.kind is FindingKind.DEPENDENCY for finding in result.findings):
            versions.setdefault(_escape(result.scanner, MAX_NAME_LENGTH), result.version)
    for name, version in versions.items():
        shown = _escape(version, MAX_NAME_LENGTH) or None
        yield Entry(type=ComponentType.APPLICATION, bom_ref=f"tool:{name}", name=name, version=shown)


def _run_properties(report: Report) -> Iterator[tuple[str, str]]:
    """The verdict and the gaps: without them, an incomplete list of components would look complete."""
    yield from wording.list_run_properties(report)
    for result in summary.sort_results(report):
        if result.status is ScanStatus.SKIPPED:
            yield "skipped", f"{result.scanner}: {result.reason}"
    gaps = [ruling.gap for ruling in report.verdict.gaps]
    yield from (("gap", wording.describe_gap(gap)) for gap in gaps[:MAX_GAPS])
    if len(gaps) > MAX_GAPS:
        yield "gaps-not-listed", str(len(gaps) - MAX_GAPS)


# -- components --


class _Release(msgspec.Struct):
    """One release of one package."""

    purl: PackageURL
    locations: set[tuple[str, int]]
    direct: bool = False
    via: set[tuple[str, ...]] = set()
    resolved: bool = False
    production: bool = False


def _inventory(report: Report) -> dict[str, _Release]:
    """Each release of the manifests and of the findings once, by purl."""
    items: dict[str, _Release] = {}

    def item(purl: PackageURL) -> _Release:
        return items.setdefault(purl.to_string(), _Release(purl, set()))

    for component in _components(report):
        one = item(_purl(component.name, component.version, component.index, component.kind))
        one.locations.add((component.path, component.line))
        one.direct |= component.direct
        one.resolved |= component.resolved
        one.production |= not component.development
        if component.via:
            one.via.add(component.via)
    for ruling in _dependency_rulings(report):
        package, place = ruling.finding.affected_package, ruling.finding.location
        if package is not None:
            one = item(_purl(package.name, package.version, kind=package.kind))
            one.locations.add((place.path, place.line))
            one.production |= not package.development
    return dict(sorted(items.items()))


def _components(report: Report) -> list[Component]:
    return sorted({component for result in report.results for component in result.components})


def _purl(name: str, version: str, index: str = "", kind: str = PYTHON_PACKAGES) -> PackageURL:
    """The package URL (https://github.com/package-url/purl-spec): a scope, group or path before the name is its namespace."""
    shown, release = _escape(name, MAX_NAME_LENGTH), _escape(version, MAX_NAME_LENGTH)
    qualifiers = {"repository_url": _escape(index, MAX_NAME_LENGTH)} if index else None
    namespace, _, last = ("", "", shown) if kind == PYTHON_PACKAGES else shown.rpartition(":" if kind == "maven" else "/")
    try:
        return PackageURL(kind, namespace or None, last, release or None, qualifiers)
    except ValueError:  # nothing is left of a name that is all slashes
        return PackageURL(kind, None, "unnamed", release or None, qualifiers)


def _component(ref: str, release: _Release) -> dict[str, Any]:
    properties = [_property("direct", "true")] if release.direct else []
    properties += [] if release.production else [_property("development", "true")]
    properties += [_property("resolved", "for this run: no file pins it")] if release.resolved else []
    properties += [_property("via", " > ".join(chain)) for chain in release.via]
    places = sorted({(_escape(path, escape.MAX_PATH_LENGTH), line) for path, line in release.locations})
    properties += [_property("line", f"{path}:{line}") for path, line in places]
    entry = Entry(
        type=ComponentType.LIBRARY,
        bom_ref=ref,
        name=release.purl.name,
        version=release.purl.version,
        purl=release.purl,
        properties=properties,
    )
    # the library brings occurrences into an order that differs from run to run
    return _to_json(entry) | {"evidence": {"occurrences": [{"location": path} for path in dict(places)]}}


def _dependencies(report: Report) -> list[dict[str, Any]]:
    """The known part of the dependency graph; no entry means unknown, not that there are no dependencies.

    Chains contain names only: an edge is known if its file pins exactly one release of the name above.
    """
    components = _components(report)
    pinned: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    refs = {
        component: _purl(component.name, component.version, component.index, component.kind).to_string() for component in components
    }
    for component, ref in refs.items():
        pinned[component.path, component.name].add(ref)
    edges: defaultdict[str, set[str]] = defaultdict(set)
    for component, ref in refs.items():
        if component.direct:
            edges[ROOT_REF].add(ref)
        above = pinned.get((component.path, component.via[-1]), set()) if component.via else set()
        if len(above) == 1 and ref not in above:
            edges[next(iter(above))].add(ref)
    return [{"ref": ref, "dependsOn": sorted(edges[ref])} for ref in sorted(edges)]


# -- vulnerabilities --


def _dependency_rulings(report: Report) -> list[Ruling]:
    return [ruling for ruling in report.verdict.rulings if ruling.finding.kind is FindingKind.DEPENDENCY]


def _vulnerabilities(report: Report) -> Iterator[Vulnerability]:
    """One per advisory and release; without a package it is about the whole repository."""
    groups: defaultdict[tuple[str, str], list[Ruling]] = defaultdict(list)
    for ruling in _dependency_rulings(report):
        package = ruling.finding.affected_package
        ref = ROOT_REF if package is None else _purl(package.name, package.version, kind=package.kind).to_string()
        groups[_advisory_id(ruling.finding), ref].append(ruling)
    for (name, ref), rulings in sorted(groups.items()):
        yield _vulnerability(name, ref, summary.sort_worst_first(rulings), report)


def _advisory_id(finding: Finding) -> str:
    return _escape(finding.rule.partition(":")[2] or finding.rule, MAX_NAME_LENGTH)


def _vulnerability(name: str, ref: str, rulings: Sequence[Ruling], report: Report) -> Vulnerability:
    """``rulings``: all on this advisory and release, the worst first."""
    finding = rulings[0].finding
    aliases = (
        sorted({_escape(alias, MAX_NAME_LENGTH) for alias in finding.affected_package.aliases} - {name, ""})
        if finding.affected_package
        else []
    )
    return Vulnerability(
        bom_ref=f"vulnerability:{name} {ref}",
        id=name,
        source=_source(name, finding.scanner),
        references=[VulnerabilityReference(id=alias, source=_source(alias, finding.scanner)) for alias in aliases],
        ratings=_ratings(name, rulings[0], report),
        cwes=sorted({cwe for cwe in finding.cwe if cwe > 0}),
        description=_escape(finding.title),
        detail=_escape(finding.message),
        recommendation=_escape(suggest_fix(finding.rule, finding)) or None,
        advisories=_advisories([name, *aliases], finding.help_url),
        analysis=_analysis(rulings),
        affects=[BomTarget(ref=ref)],
        properties=_properties(rulings),
    )


def _source(name: str, scanner: str) -> VulnerabilitySource:
    match = _ID.fullmatch(name)
    if match is None:
        return VulnerabilitySource(name=_escape(scanner, MAX_NAME_LENGTH) or summary.SCANGATE)
    database, url = DATABASES[match[1]]
    return VulnerabilitySource(name=database, url=XsUri(url + name))


def _ratings(name: str, worst: Ruling, report: Report) -> Iterator[VulnerabilityRating]:
    """The severity by the advisory and the one by the policy."""
    finding = worst.finding
    cvss = _parse_cvss(finding.affected_package.cvss) if finding.affected_package else None
    source = _source(name, finding.scanner)
    if cvss is not None:
        method, score, vector = cvss
        yield VulnerabilityRating(source=source, score=score, severity=SEVERITIES[finding.severity], method=method, vector=vector)
    elif finding.severity is not Severity.UNKNOWN:
        yield VulnerabilityRating(source=source, severity=SEVERITIES[finding.severity])
    judge = VulnerabilitySource(name=_escape(f"policy {wording.describe_policy(report)}", MAX_NAME_LENGTH))
    yield VulnerabilityRating(source=judge, severity=SEVERITIES[worst.severity], method=VulnerabilityScoreSource.OTHER)


def _parse_cvss(text: str) -> tuple[VulnerabilityScoreSource, Decimal, str] | None:
    """Method, base score and vector of ``9.8 CVSS:3.1/AV:N/...``, or None where that is no vector. The score is recomputed."""
    match = _CVSS.fullmatch(text)
    if match is None:
        return None
    vector = match[1]
    try:
        if vector.startswith("CVSS:4"):
            return VulnerabilityScoreSource.CVSS_V4, Decimal(str(CVSS4(vector).base_score)), vector
        if vector.startswith("CVSS:3"):
            v31 = vector.startswith("CVSS:3.1")
            method = VulnerabilityScoreSource.CVSS_V3_1 if v31 else VulnerabilityScoreSource.CVSS_V3
            return method, Decimal(str(CVSS3(vector).base_score)), vector
        return VulnerabilityScoreSource.CVSS_V2, Decimal(str(CVSS2(vector).base_score)), vector
    except (CVSSError, ArithmeticError, LookupError, ValueError):
        return None


def _advisories(names: Iterable[str], help_url: str) -> Iterator[VulnerabilityAdvisory]:
    urls = {DATABASES[match[1]][1] + name for name in names if (match := _ID.fullmatch(name))}
    link = escape.web_url(help_url)
    if link and not _BAD_URI.search(link):
        urls.add(link)
    return (VulnerabilityAdvisory(url=XsUri(url)) for url in sorted(urls))


def _analysis(rulings: Sequence[Ruling]) -> VulnerabilityAnalysis:
    outcome, package = rulings[0].outcome, rulings[0].finding.affected_package
    responses = []
    if outcome is RulingOutcome.SUPPRESSED:
        responses.append(ImpactAnalysisResponse.WILL_NOT_FIX)
    elif outcome is RulingOutcome.BLOCKING and package is not None and package.fixed_in:
        responses.append(ImpactAnalysisResponse.UPDATE)
    details = [_describe_ruling(ruling) for ruling in rulings[:MAX_LOCATIONS]]
    if len(rulings) > MAX_LOCATIONS:
        details.append(f"and in {wording.pluralize(len(rulings) - MAX_LOCATIONS, 'more place')}")
    return VulnerabilityAnalysis(state=ANALYSIS_STATES[outcome], responses=responses, detail="\n".join(details))


def _describe_ruling(ruling: Ruling) -> str:
    place = ruling.finding.location
    where, outcome = wording.format_location(place.path, place.line), wording.label_outcome(ruling.outcome)
    return _escape(f"{where}: {outcome}: {explain_decision(ruling.decision)}")


def _properties(rulings: Sequence[Ruling]) -> list[Property]:
    pairs: Mapping[str, set[str]] = {
        "outcome": {rulings[0].outcome.value},
        "fingerprint": {ruling.finding.fingerprint for ruling in rulings} - {""},
        "source": {ruling.finding.affected_package.source for ruling in rulings if ruling.finding.affected_package} - {""},
    }
    return [_property(name, value) for name, values in pairs.items() for value in sorted(values)]

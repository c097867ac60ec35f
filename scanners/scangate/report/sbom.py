"""CycloneDX 1.6: what the repository depends on, what is known against it, and the policy's word on that; analyses nothing itself.

How a ruling becomes a VEX analysis (https://cyclonedx.org/capabilities/vex/):

- BLOCKS: ``exploitable``, with the response ``update`` where a release mends it. The policy demands that it goes.
- TOLERATED, KNOWN: ``in_triage``. It is within the budget, or was there before; nobody has decided about it.
- SUPPRESSED: ``exploitable`` with ``will_not_fix``. Whoever accepted it took the risk until a day; ``detail`` names them.

Never ``not_affected`` or ``false_positive``: readers drop what is called so, and to accept a risk is no analysis of the code. Where
one release stands in several places with different rulings, the worst gives the state, and ``detail`` tells each.
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
from cyclonedx.schema.schema import SchemaVersion1Dot6
from packageurl import PackageURL

from scangate.model import Component, Finding, Kind, Package, Report, Ruling, RulingOutcome, Severity, Status
from scangate.report import escape, tally, wording

__all__ = ["render"]

NAMESPACE = uuid.UUID("3a3c2f0e-3f0b-5a55-9a53-5a0f2c1d7e16")  # of our serial numbers, and of nothing else
SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
ROOT = "root"
LONGEST_NAME = 250
LONGEST_TEXT = 2000
MOST_PLACES = 50  # that one analysis tells
MOST_GAPS = 1000
UNTIMED = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

STATES = {
    RulingOutcome.BLOCKS: ImpactAnalysisState.EXPLOITABLE,
    RulingOutcome.TOLERATED: ImpactAnalysisState.IN_TRIAGE,
    RulingOutcome.KNOWN: ImpactAnalysisState.IN_TRIAGE,
    RulingOutcome.SUPPRESSED: ImpactAnalysisState.EXPLOITABLE,
}
LEVELS = {severity: VulnerabilitySeverity(severity.name.lower()) for severity in Severity}
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
    finished = _time(report.finished)
    bom = Bom(
        serial_number=uuid.UUID(int=0),
        metadata=_metadata(report, finished or UNTIMED),
        vulnerabilities=_vulnerabilities(report),
    )
    document = _plain(bom)
    # The library's own output class compares every component with every other, draws names at random, and says of a component whose
    # dependencies nobody knows that it has none.
    document |= {"$schema": SCHEMA, "bomFormat": "CycloneDX", "specVersion": "1.6"}
    document["components"] = [_component(ref, item) for ref, item in _inventory(report).items()]
    document["dependencies"] = _dependencies(report)
    if finished is None:
        del document["metadata"]["timestamp"]
    document["serialNumber"] = uuid.uuid5(NAMESPACE, json.dumps(document, sort_keys=True)).urn
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _plain(thing: Bom | Entry) -> dict[str, Any]:
    """What the library writes for one of its objects, as JSON values."""
    written: dict[str, Any] = json.loads(thing.as_json(view_=SchemaVersion1Dot6))  # type: ignore[union-attr]
    return written


def _time(text: str) -> dt.datetime | None:
    try:
        time = dt.datetime.fromisoformat(text)
        return (time if time.tzinfo is not None else time.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _safe(text: str, most: int = LONGEST_TEXT) -> str:
    return escape.shorten(escape.terminal(text), most)


def _property(name: str, value: str) -> Property:
    return Property(name=f"scangate:{name}", value=_safe(value))


# -- the run --


def _metadata(report: Report, finished: dt.datetime) -> BomMetaData:
    name = report.root.rstrip("/").rpartition("/")[2]
    return BomMetaData(
        timestamp=finished,
        lifecycles=[PredefinedLifecycle(LifecyclePhase.PRE_BUILD)],
        tools=ToolRepository(components=_tools(report)),
        component=Entry(
            type=ComponentType.APPLICATION,
            bom_ref=ROOT,
            name=_safe(name, LONGEST_NAME) or "repository",
            version=_safe(report.commit, LONGEST_NAME) or None,
        ),
        properties=[_property(key, value) for key, value in _facts(report) if value],
    )


def _tools(report: Report) -> Iterator[Entry]:
    """scangate, and the scanners that told of dependencies."""
    told = {"scangate": report.tool_version}
    for result in tally.results(report):
        if result.components or any(finding.kind is Kind.DEPENDENCY for finding in result.findings):
            told.setdefault(_safe(result.scanner, LONGEST_NAME), result.version)
    for name, version in told.items():
        shown = _safe(version, LONGEST_NAME) or None
        yield Entry(type=ComponentType.APPLICATION, bom_ref=f"tool:{name}", name=name, version=shown)


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    """The verdict, and what was not read: without it, a short list of components would look like a whole one."""
    verdict = report.verdict
    totals = tally.count(verdict.rulings, verdict.gaps)
    yield "outcome", verdict.outcome.value
    yield "policy", wording.policy(report)
    yield "policy-digest", verdict.policy_digest
    yield "interrupted", report.interrupted
    yield "blocks", str(totals.of(RulingOutcome.BLOCKS))
    yield "suppressed", str(totals.of(RulingOutcome.SUPPRESSED))
    yield "gaps", str(totals.gaps)
    yield "gaps-that-count", str(totals.counting)
    yield "known", str(totals.of(RulingOutcome.KNOWN))
    yield "told-by-the-starter-set", str(tally.starters(verdict.rulings))
    for result in tally.results(report):
        if result.status is Status.SKIPPED:
            yield "skipped", f"{result.scanner}: {result.reason}"
    gaps = [ruling.gap for ruling in tally.gap_rulings(report)]
    for gap in gaps[:MOST_GAPS]:
        place = f"{wording.place(gap.path, gap.line)}: " if gap.path is not None else ""
        yield "gap", f"{gap.scanner}: {place}{gap.kind.value}: {gap.reason}"
    if len(gaps) > MOST_GAPS:
        yield "gaps-not-listed", str(len(gaps) - MOST_GAPS)


# -- components --


class _Item(msgspec.Struct):
    """All that is told of one release of one package."""

    purl: PackageURL
    places: set[tuple[str, int]]
    direct: bool = False
    via: set[tuple[str, ...]] = set()
    resolved: bool = False


def _inventory(report: Report) -> dict[str, _Item]:
    """Every release once, by its purl: those of the manifests, and those that only a finding names."""
    items: dict[str, _Item] = {}

    def item(purl: PackageURL) -> _Item:
        return items.setdefault(purl.to_string(), _Item(purl, set()))

    for component in _components(report):
        one = item(_purl(component.name, component.version, component.index))
        one.places.add((component.path, component.line))
        one.direct |= component.direct
        one.resolved |= component.resolved
        if component.via:
            one.via.add(component.via)
    for ruling in _rulings(report):
        package, place = ruling.finding.package, ruling.finding.location
        if package is not None:
            item(_purl(package.name, package.version)).places.add((place.path, place.line))
    return dict(sorted(items.items()))


def _components(report: Report) -> list[Component]:
    return sorted({component for result in report.results for component in result.components})


def _purl(name: str, version: str, index: str = "") -> PackageURL:
    shown, release = _safe(name, LONGEST_NAME), _safe(version, LONGEST_NAME)
    qualifiers = {"repository_url": _safe(index, LONGEST_NAME)} if index else None
    try:
        return PackageURL("pypi", None, shown, release or None, qualifiers)
    except ValueError:  # nothing is left of a name that is all slashes
        return PackageURL("pypi", None, "unnamed", release or None, qualifiers)


def _component(ref: str, item: _Item) -> dict[str, Any]:
    properties = [_property("direct", "true")] if item.direct else []
    properties += [_property("resolved", "for this run: no file pins it")] if item.resolved else []
    properties += [_property("via", " > ".join(chain)) for chain in item.via]
    places = sorted({(_safe(path, escape.LONGEST_PATH), line) for path, line in item.places})
    entry = Entry(
        type=ComponentType.LIBRARY,
        bom_ref=ref,
        name=item.purl.name,
        version=item.purl.version,
        purl=item.purl,
        properties=properties,
    )
    # the library brings occurrences into an order that differs from run to run
    return _plain(entry) | {"evidence": {"occurrences": [{"location": path, "line": line} for path, line in places]}}


def _dependencies(report: Report) -> list[dict[str, Any]]:
    """The graph as far as it is known: what has no entry here, or stands below nothing, is not known to be alone.

    A chain holds names: an edge is told where its file pins just one release of the name above.
    """
    components = _components(report)
    pinned: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    refs = {component: _purl(component.name, component.version, component.index).to_string() for component in components}
    for component, ref in refs.items():
        pinned[component.path, component.name].add(ref)
    edges: defaultdict[str, set[str]] = defaultdict(set)
    for component, ref in refs.items():
        if component.direct:
            edges[ROOT].add(ref)
        above = pinned.get((component.path, component.via[-1]), set()) if component.via else set()
        if len(above) == 1 and ref not in above:
            edges[next(iter(above))].add(ref)
    return [{"ref": ref, "dependsOn": sorted(edges[ref])} for ref in sorted(edges)]


# -- vulnerabilities --


def _rulings(report: Report) -> list[Ruling]:
    return [ruling for ruling in tally.rulings(report) if ruling.finding.kind is Kind.DEPENDENCY]


def _vulnerabilities(report: Report) -> Iterator[Vulnerability]:
    """One for each advisory and release; one that names no package is about the repository as a whole."""
    groups: defaultdict[tuple[str, str], list[Ruling]] = defaultdict(list)
    for ruling in _rulings(report):
        package = ruling.finding.package
        ref = ROOT if package is None else _purl(package.name, package.version).to_string()
        groups[_name(ruling.finding), ref].append(ruling)
    for (name, ref), rulings in sorted(groups.items()):
        yield _vulnerability(name, ref, tally.worst_first(rulings), report)


def _name(finding: Finding) -> str:
    return _safe(finding.rule.partition(":")[2] or finding.rule, LONGEST_NAME)


def _vulnerability(name: str, ref: str, rulings: Sequence[Ruling], report: Report) -> Vulnerability:
    """``rulings``: all on this advisory and release, the worst first."""
    finding = rulings[0].finding
    aliases = sorted({_safe(alias, LONGEST_NAME) for alias in finding.package.aliases} - {name, ""}) if finding.package else []
    return Vulnerability(
        bom_ref=f"vulnerability:{name} {ref}",
        id=name,
        source=_source(name, finding.scanner),
        references=[VulnerabilityReference(id=alias, source=_source(alias, finding.scanner)) for alias in aliases],
        ratings=_ratings(name, rulings[0], report),
        cwes=sorted({cwe for cwe in finding.cwe if cwe > 0}),
        description=_safe(finding.title),
        detail=_safe(finding.message),
        recommendation=_recommendation(finding.package),
        advisories=_advisories([name, *aliases], finding.help_url),
        analysis=_analysis(rulings),
        affects=[BomTarget(ref=ref)],
        properties=_properties(rulings),
    )


def _source(name: str, scanner: str) -> VulnerabilitySource:
    match = _ID.fullmatch(name)
    if match is None:
        return VulnerabilitySource(name=_safe(scanner, LONGEST_NAME) or tally.OWN)
    database, url = DATABASES[match[1]]
    return VulnerabilitySource(name=database, url=XsUri(url + name))


def _ratings(name: str, worst: Ruling, report: Report) -> Iterator[VulnerabilityRating]:
    """How bad the advisory says it is, and how bad the policy does."""
    finding = worst.finding
    told = _cvss(finding.package.cvss) if finding.package else None
    source = _source(name, finding.scanner)
    if told is not None:
        method, score, vector = told
        yield VulnerabilityRating(source=source, score=score, severity=LEVELS[finding.severity], method=method, vector=vector)
    elif finding.severity is not Severity.UNKNOWN:
        yield VulnerabilityRating(source=source, severity=LEVELS[finding.severity])
    judge = VulnerabilitySource(name=_safe(f"policy {wording.policy(report)}", LONGEST_NAME))
    yield VulnerabilityRating(source=judge, severity=LEVELS[worst.severity], method=VulnerabilityScoreSource.OTHER)


def _cvss(text: str) -> tuple[VulnerabilityScoreSource, Decimal, str] | None:
    """Method, base score and vector of ``9.8 CVSS:3.1/AV:N/...``, or None where that is no vector. The score is counted anew."""
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


def _recommendation(package: Package | None) -> str | None:
    if package is None:
        return None
    if not package.fixed_in:
        return "no release fixes it yet: use another package, or accept it in the policy with a reason, an owner and an expiry date"
    best = f"; {package.upgrade} is the nearest release without a fault known to this scan" if package.upgrade else ""
    return _safe(f"upgrade {package.name} from {package.version} to {' or '.join(package.fixed_in)}, or later{best}")


def _advisories(names: Iterable[str], help_url: str) -> Iterator[VulnerabilityAdvisory]:
    urls = {DATABASES[match[1]][1] + name for name in names if (match := _ID.fullmatch(name))}
    link = escape.link(help_url)
    if link and not _BAD_URI.search(link):
        urls.add(link)
    return (VulnerabilityAdvisory(url=XsUri(url)) for url in sorted(urls))


def _analysis(rulings: Sequence[Ruling]) -> VulnerabilityAnalysis:
    outcome, package = rulings[0].outcome, rulings[0].finding.package
    responses = []
    if outcome is RulingOutcome.SUPPRESSED:
        responses.append(ImpactAnalysisResponse.WILL_NOT_FIX)
    elif outcome is RulingOutcome.BLOCKS and package is not None and package.fixed_in:
        responses.append(ImpactAnalysisResponse.UPDATE)
    told = [_told(ruling) for ruling in rulings[:MOST_PLACES]]
    if len(rulings) > MOST_PLACES:
        told.append(f"and in {wording.many(len(rulings) - MOST_PLACES, 'more place')}")
    return VulnerabilityAnalysis(state=STATES[outcome], responses=responses, detail="\n".join(told))


def _told(ruling: Ruling) -> str:
    place = ruling.finding.location
    return _safe(f"{wording.place(place.path, place.line)}: {ruling.outcome.value}: {ruling.because}")


def _properties(rulings: Sequence[Ruling]) -> list[Property]:
    pairs: Mapping[str, set[str]] = {
        "outcome": {rulings[0].outcome.value},
        "fingerprint": {ruling.finding.fingerprint for ruling in rulings} - {""},
        "told-by": {ruling.finding.package.told_by for ruling in rulings if ruling.finding.package} - {""},
    }
    return [_property(name, value) for name, values in pairs.items() for value in sorted(values)]

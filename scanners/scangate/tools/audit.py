"""Does what `pip_audit` offers: reads the manifests, asks about every pin, and tells it as clean, as findings or as a gap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from packaging.version import Version

from scangate.advisories.advisory import Advisory
from scangate.advisories.bundled import BundledAdvisories
from scangate.advisories.lookup_chain import UPDATE_HINT, AdvisorySource, Lookup, LookupResult, Release, Vulnerability, look_up
from scangate.advisories.manifest import Manifest, Pin
from scangate.advisories.manifest_reader import read_manifests
from scangate.advisories.paths import default_store_path
from scangate.advisories.store import Store, StoreInfo
from scangate.errors import ScanError, ScangateError
from scangate.model import (
    BUNDLED_ADVISORIES,
    AffectedPackage,
    Component,
    Confidence,
    FileReport,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    Location,
    Severity,
    SkippedPath,
)
from scangate.plugin import ScanContext, SourceFile
from scangate.source_text import decode
from scangate.tools.pip_audit import NAME, Options
from scangate.tools.pip_audit_runner import service_lookup, store_lookup

__all__ = ["scan", "store_state"]

CWE_VULNERABLE_COMPONENT = 1395


def store_state(options: Options, environ: Mapping[str, str], today: dt.date) -> tuple[str, bool]:
    """The digest of what the local store holds, or why it is not used; and whether its answers are too old to count."""
    store, why = _open_store(environ)
    if store is None:
        return why.reason, False
    with store:
        return store.info().digest, _staleness(store.info(), options, today) is not None


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Audits the pins of all ``files`` at once."""
    manifests = dict(read_manifests({source.path: decode(source.read_bytes())[0] for source in files}, options.internal))
    if options.resolve:
        from scangate.tools.pip_resolver import resolve_ranges  # noqa: PLC0415 -- only where it may

        for path in {source.path for source in files}:
            manifests[path] = resolve_ranges(manifests[path], options.advisories, options.internal, context)
    pins = [pin for source in files for pin in manifests[source.path].pins]
    public = {(pin.name, pin.version) for pin in pins if not options.is_private(pin)}
    private = {(pin.name, pin.version) for pin in pins if options.is_private(pin)}
    starter = BundledAdvisories.bundled()
    store, why = _open_store(context.environ)
    try:
        answers = {
            False: look_up(public, _lookups(options, store, why, context), starter),
            True: _look_up_private(private, store, context, starter),
        }
        books: list[AdvisorySource] = [*([store] if store is not None else []), starter]
        stale = _staleness(store.info(), options, context.today) if store is not None else None
        reports = [
            _report(manifests[source.path], lambda pin: answers[options.is_private(pin)][pin.name, pin.version], books, stale)
            for source in files
        ]
    finally:
        if store is not None:
            store.close()
    yield from reports


def _look_up_private(
    releases: Iterable[Release], store: Store | None, context: ScanContext, bundled: AdvisorySource
) -> dict[Release, LookupResult]:
    """What becomes of releases that no public service may be asked about: the store answers for the names that it knows."""
    known = store.package_names() if store is not None else frozenset()
    told = [release for release in releases if release[0] in known]
    answers = look_up(told, [("store", store_lookup(store, context))], bundled) if store is not None else {}
    return {release: answers.get(release, _UNKNOWN_INDEX) for release in releases}


def _open_store(environ: Mapping[str, str]) -> tuple[Store | None, ScanError]:
    """The local store, or why there is none."""
    try:
        return Store.open(default_store_path(environ)), ScanError(GapKind.CRASH, "")
    except ScangateError as error:
        reason = "there is no advisory store" if error.message.startswith("there is no advisory store") else error.message
        return None, ScanError(GapKind.ADVISORY_UNANSWERED, reason, UPDATE_HINT)


def _lookups(
    options: Options, store: Store | None, unavailable: ScanError, context: ScanContext
) -> Iterator[tuple[Literal["PyPI", "OSV", "store"], Lookup]]:
    """Who is asked, in order."""
    if options.advisories == "auto":
        osv = ["--vulnerability-service", "osv"]
        yield "PyPI", service_lookup("PyPI", ["--vulnerability-service", "pypi"], options.seconds, context)
        yield "OSV", service_lookup("OSV", osv, options.seconds, context)
    yield "store", store_lookup(store, context) if store is not None else lambda releases: dict.fromkeys(releases, unavailable)


def _staleness(facts: StoreInfo, options: Options, today: dt.date) -> ScanError | None:
    """Why the store's answers are too old to count, or None where they are not."""
    if options.max_age_days is None:
        return None
    try:
        # the newest record tells what is known; one that is dated in the future must not make an old store look young
        age = max((today - dt.datetime.fromisoformat(stamp).date()).days for stamp in (facts.newest, facts.imported))
    except ValueError:
        return ScanError(GapKind.STALE_STORE, "the advisory store does not say how old it is", UPDATE_HINT)
    if age <= options.max_age_days:
        return None
    reason = f"the advisory store is older than the {options.max_age_days} days that the policy allows"
    return ScanError(GapKind.STALE_STORE, reason, "load it anew: scangate advisories update")


def _report(
    manifest: Manifest, answer_of: Callable[[Pin], LookupResult], sources: Sequence[AdvisorySource], stale: ScanError | None
) -> FileReport:
    findings: dict[tuple[str, int], Finding] = {}
    gaps = [Gap(NAME, manifest.path, hole.kind, hole.reason, hole.line, hole.hint) for hole in manifest.gaps]
    for pin in manifest.pins:
        answer = answer_of(pin)
        unanswered = answer.unanswered or (stale if answer.source == "store" else None)
        if unanswered is not None:
            gaps.append(Gap(NAME, manifest.path, unanswered.kind, unanswered.reason, pin.line, unanswered.hint))
        for vulnerability in _merge_vulnerabilities(answer.vulnerabilities):
            finding = _finding(manifest.path, pin, vulnerability, answer, sources)
            findings[finding.rule, pin.line] = finding
    components = tuple(_component(manifest.path, pin) for pin in manifest.pins)
    left_out = tuple(SkippedPath(f"{manifest.path}:{omitted.line}", omitted.reason, NAME) for omitted in manifest.skipped)
    return FileReport(manifest.path, tuple(findings.values()), tuple(gaps), components=components, skipped_paths=left_out)


def _component(path: str, pin: Pin) -> Component:
    return Component(pin.name, pin.version, path, pin.line, pin.direct, pin.via, pin.index, pin.resolved)


_UNKNOWN_INDEX = LookupResult(
    (),
    "",
    ScanError(
        GapKind.ADVISORY_UNANSWERED,
        "from an index that is not PyPI's, and the advisory store does not know it",
        "say in the policy whose it is: internal: [NAME], or mirrors: [HOST] where the index mirrors PyPI, in pip-audit's block",
    ),
)


def _merge_vulnerabilities(vulnerabilities: Iterable[Vulnerability]) -> list[Vulnerability]:
    """The faults, those that share a name as one: services tell PYSEC, GHSA and CVE of one fault apart."""
    joined: list[Vulnerability] = []
    for fault in sorted(vulnerabilities, key=lambda fault: fault.id):
        same = [other for other in joined if other.ids & fault.ids]
        fixed = {release for other in (fault, *same) for release in other.fixed_in}
        ids = sorted(frozenset().union(fault.ids, *(other.ids for other in same)), key=_id_order)
        joined = [other for other in joined if other not in same]
        joined.append(Vulnerability(ids[0], tuple(ids[1:]), tuple(sorted(fixed, key=Version))))
    return joined


def _id_order(name: str) -> tuple[bool, bool, str]:
    return (not name.startswith("CVE-"), not name.startswith("GHSA-"), name)


def _finding(path: str, pin: Pin, vulnerability: Vulnerability, answer: LookupResult, sources: Sequence[AdvisorySource]) -> Finding:
    known = _find_advisory(pin, vulnerability, sources)
    best = sources[0].find_upgrade(pin.name, pin.version)
    remedy = f"upgrade to {best}, the nearest release without any fault that {_source_name(sources[0])} knows" if best else ""
    names = list(dict.fromkeys([vulnerability.id, *vulnerability.aliases, *(known.ids if known is not None else ())]))
    database = next((name for name in names if not name.startswith("CVE-")), vulnerability.id)
    return Finding(
        rule=f"{NAME}:{vulnerability.id}",
        severity=known.severity if known is not None else Severity.UNKNOWN,
        confidence=Confidence.HIGH,
        kind=FindingKind.DEPENDENCY,
        title=f"{pin.name} has a known vulnerability",
        message="; ".join(_message_parts(pin, vulnerability, answer, known, remedy)),
        location=Location(path, pin.line, pin.line),
        cwe=(CWE_VULNERABLE_COMPONENT,),
        help_url=known.url if known is not None else f"https://osv.dev/vulnerability/{database}",
        affected_package=AffectedPackage(
            pin.name,
            pin.version,
            vulnerability.fixed_in,
            tuple(names[1:]),
            cvss=known.cvss if known is not None else "",
            published=known.published[:10] if known is not None else "",
            upgrade=best,
            source=answer.source,
        ),
    )


def _find_advisory(pin: Pin, vulnerability: Vulnerability, sources: Sequence[AdvisorySource]) -> Advisory | None:
    """What the store or the starter set knows of a fault beyond its names: the services do not tell how bad it is."""
    for book in sources:
        for advisory in book.find_advisories(pin.name, pin.version):
            if vulnerability.ids & set(advisory.ids):
                return advisory
    return None


def _message_parts(
    pin: Pin, vulnerability: Vulnerability, answer: LookupResult, advisory: Advisory | None, upgrade: str
) -> Iterator[str]:
    """What a finding says: what weighs most first, since some reports cut a message short."""
    yield f"{pin.name} {pin.version} is affected by {vulnerability.id}"
    if pin.resolved:
        yield "resolved by pip for this scan, not pinned"
    if answer.source == BUNDLED_ADVISORIES:
        yield "told by the starter set alone, which does not replace an audit"
    yield f"fixed in {', '.join(vulnerability.fixed_in)}" if vulnerability.fixed_in else "no release fixes it yet"
    if upgrade:
        yield upgrade
    if pin.direct:
        yield "a direct dependency"
    elif pin.via:
        yield f"brought in by {' > '.join(pin.via)}"
    if advisory is not None and advisory.source == BUNDLED_ADVISORIES != answer.source:
        yield "how severe it is, the starter set says"


def _source_name(source: AdvisorySource) -> str:
    return "the starter set" if isinstance(source, BundledAdvisories) else "the store"

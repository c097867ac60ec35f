"""Audits dependencies: reads the manifests, looks up every pin, and reports it as clean, as findings or as a gap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from packaging.version import Version

from scangate.advisories.advisory import Advisory
from scangate.advisories.bundled import BundledAdvisories
from scangate.advisories.lookup_chain import (
    UPDATE_HINT,
    AdvisorySource,
    Lookup,
    LookupResult,
    Release,
    Source,
    Vulnerability,
    look_up,
)
from scangate.advisories.manifest import Manifest, Pin
from scangate.advisories.manifest_reader import read_manifests
from scangate.advisories.store import Store, StoreMissingError
from scangate.advisories.store_age import find_staleness
from scangate.advisories.store_paths import default_store_path
from scangate.content.catalog import SCRIPT_HEADER
from scangate.errors import ScanError, ScangateError
from scangate.model import (
    BUNDLED_ADVISORIES,
    AffectedPackage,
    Confidence,
    FileReport,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    Location,
    Severity,
)
from scangate.plugin import ScanContext, SourceFile
from scangate.source_text import decode
from scangate.tools.advisory_services import AdvisoryServices
from scangate.tools.manifest_report import CWE_VULNERABLE_COMPONENT, describe_origin, describe_upgrade, report_manifest
from scangate.tools.pip_audit_options import NAME, Options
from scangate.tools.pip_audit_runner import store_lookup


def store_state(options: Options, environ: Mapping[str, str], today: dt.date) -> tuple[str, bool]:
    """The digest of the local store, or why it is not used; and whether it is too old for the policy."""
    store, unavailable = _open_store(environ)
    if store is None:
        return unavailable.reason, False
    with store:
        return store.info().digest, find_staleness(store.info(), options.max_age_days, today) is not None


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Audits the pins of all ``files`` at once."""
    scripts = {source.path: source.container or source.path for source in files if source.content_type == SCRIPT_HEADER}
    manifests = dict(read_manifests({source.path: decode(source.read_bytes())[0] for source in files}, options.internal, scripts))
    if options.resolve:
        from scangate.tools.pip_resolver import resolve_ranges  # noqa: PLC0415 -- only if the policy allows it

        for path in {source.path for source in files}:
            manifests[path] = resolve_ranges(manifests[path], options.advisories, options.internal, context)
    pins = [pin for source in files for pin in manifests[source.path].pins]
    public = {(pin.name, pin.version) for pin in pins if not options.is_private(pin)}
    private = {(pin.name, pin.version) for pin in pins if options.is_private(pin)}
    bundled = BundledAdvisories.bundled()
    store, unavailable = _open_store(context.environ)
    try:
        results = {
            False: look_up(public, _lookups(options, store, unavailable, context), bundled),
            True: _look_up_private(private, store, context, bundled),
        }
        sources: list[AdvisorySource] = [bundled] if store is None else [store, bundled]
        stale = find_staleness(store.info(), options.max_age_days, context.today) if store is not None else None
        return [
            _report(manifests[source.path], lambda pin: results[options.is_private(pin)][pin.name, pin.version], sources, stale)
            for source in files
        ]
    finally:
        if store is not None:
            store.close()


def _look_up_private(
    releases: Iterable[Release], store: Store | None, context: ScanContext, bundled: AdvisorySource
) -> dict[Release, LookupResult]:
    """Looks up releases that no public service may learn about: in the store only, and only names that it has."""
    names = store.package_names() if store is not None else frozenset()
    known = [release for release in releases if release[0] in names]
    results = look_up(known, [("store", store_lookup(store, context))], bundled) if store is not None else {}
    return {release: results.get(release, _UNKNOWN_INDEX) for release in releases}


def _open_store(environ: Mapping[str, str]) -> tuple[Store | None, ScanError]:
    """The local store, or None and why it is unavailable."""
    try:
        return Store.open(default_store_path(environ)), ScanError(GapKind.CRASH, "")
    except ScangateError as error:
        reason = "there is no advisory store" if isinstance(error, StoreMissingError) else error.message
        return None, ScanError(GapKind.ADVISORY_UNANSWERED, reason, UPDATE_HINT)


def _lookups(
    options: Options, store: Store | None, unavailable: ScanError, context: ScanContext
) -> Iterator[tuple[Source, Lookup]]:
    if options.advisories == "auto":
        yield from AdvisoryServices(options, context).lookups()
    yield "store", store_lookup(store, context) if store is not None else lambda releases: dict.fromkeys(releases, unavailable)


def _report(
    manifest: Manifest, result_of: Callable[[Pin], LookupResult], sources: Sequence[AdvisorySource], stale: ScanError | None
) -> FileReport:
    findings: dict[tuple[str, int], Finding] = {}
    gaps = []
    for pin in manifest.pins:
        result = result_of(pin)
        unanswered = result.unanswered or (stale if result.source == "store" else None)
        if unanswered is not None:
            gaps.append(Gap(NAME, manifest.path, unanswered.kind, unanswered.reason, pin.line, unanswered.hint))
        for vulnerability in _merge_vulnerabilities(result.vulnerabilities):
            finding = _finding(manifest.path, pin, vulnerability, result.source, sources)
            findings[finding.rule, pin.line] = finding
    return report_manifest(NAME, manifest, findings.values(), gaps)


_UNKNOWN_INDEX = LookupResult(
    (),
    "",
    ScanError(
        GapKind.ADVISORY_UNANSWERED,
        "from an index other than PyPI, and not in the advisory store",
        "set in pip-audit's block of the policy: internal: [NAME], or mirrors: [HOST] if the index mirrors PyPI",
    ),
)


def _merge_vulnerabilities(vulnerabilities: Iterable[Vulnerability]) -> list[Vulnerability]:
    """Merges those that share an identifier: services list the PYSEC, GHSA and CVE records of one vulnerability separately."""
    merged: list[Vulnerability] = []
    for vulnerability in sorted(vulnerabilities, key=lambda each: each.id):
        same = [other for other in merged if other.ids & vulnerability.ids]
        fixed = {release for other in (vulnerability, *same) for release in other.fixed_in}
        ids = sorted(frozenset().union(vulnerability.ids, *(other.ids for other in same)), key=_id_order)
        merged = [other for other in merged if other not in same]
        merged.append(Vulnerability(ids[0], tuple(ids[1:]), tuple(sorted(fixed, key=Version))))
    return merged


def _id_order(name: str) -> tuple[bool, bool, str]:
    return (not name.startswith("CVE-"), not name.startswith("GHSA-"), name)


def _finding(path: str, pin: Pin, vulnerability: Vulnerability, source: str, sources: Sequence[AdvisorySource]) -> Finding:
    advisory = _find_advisory(pin, vulnerability, sources)
    upgrade = sources[0].find_upgrade(pin.name, pin.version)
    ids = list(dict.fromkeys([vulnerability.id, *vulnerability.aliases, *(advisory.ids if advisory is not None else ())]))
    database_id = next((name for name in ids if not name.startswith("CVE-")), vulnerability.id)
    return Finding(
        rule=f"{NAME}:{vulnerability.id}",
        severity=advisory.severity if advisory is not None else Severity.UNKNOWN,
        confidence=Confidence.HIGH,
        kind=FindingKind.DEPENDENCY,
        title=f"{pin.name} has a known vulnerability",
        message="; ".join(_message_parts(pin, vulnerability, source, advisory, upgrade)),
        location=Location(path, pin.line, pin.line),
        cwe=(CWE_VULNERABLE_COMPONENT,),
        help_url=advisory.url if advisory is not None else f"https://osv.dev/vulnerability/{database_id}",
        affected_package=AffectedPackage(
            pin.name,
            pin.version,
            vulnerability.fixed_in,
            tuple(ids[1:]),
            cvss=advisory.cvss if advisory is not None else "",
            published=advisory.published[:10] if advisory is not None else "",
            upgrade=upgrade,
            source=source,
        ),
    )


def _find_advisory(pin: Pin, vulnerability: Vulnerability, sources: Sequence[AdvisorySource]) -> Advisory | None:
    """The advisory on a vulnerability in the store or the bundled advisories: the services do not report its severity."""
    advisories = (advisory for source in sources for advisory in source.find_advisories(pin.name, pin.version))
    return next((advisory for advisory in advisories if vulnerability.ids & set(advisory.ids)), None)


def _message_parts(pin: Pin, vulnerability: Vulnerability, source: str, advisory: Advisory | None, upgrade: str) -> Iterator[str]:
    """The parts of a message, the most important first, since some reports truncate it."""
    yield f"{pin.name} {pin.version} is affected by {vulnerability.id}"
    if pin.resolved:
        yield "resolved by pip for this scan, not pinned"
    if source == BUNDLED_ADVISORIES:
        yield "found only in the bundled advisories, which are not a substitute for an audit"
    yield f"fixed in {', '.join(vulnerability.fixed_in)}" if vulnerability.fixed_in else "no fixed release yet"
    yield from describe_upgrade(upgrade)
    yield from describe_origin(pin)
    if advisory is not None and advisory.source == BUNDLED_ADVISORIES != source:
        yield "severity from the bundled advisories"

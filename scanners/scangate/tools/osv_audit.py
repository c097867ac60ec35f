"""Audits the dependencies outside Python: reads the lock files, looks each release up in the store, and reports what it finds."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scangate.advisories.advisory import Advisory
from scangate.advisories.ecosystems import ECOSYSTEMS, Ecosystem
from scangate.advisories.manifest import Manifest, Pin
from scangate.advisories.package_files import find_package_ecosystem, is_package_file, read_package_files
from scangate.advisories.store import SOURCE, Store, list_ecosystems
from scangate.advisories.store_age import find_staleness
from scangate.advisories.store_paths import default_store_path
from scangate.content.scanner_suggestions import acceptance_hint
from scangate.errors import ScanError, ScangateError
from scangate.model import (
    AffectedPackage,
    Confidence,
    FileReport,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    Location,
)
from scangate.plugin import Analysis, ScanContext, SourceFile
from scangate.source_text import decode
from scangate.tools.manifest_report import CWE_VULNERABLE_COMPONENT, describe_origin, describe_upgrade, report_manifest
from scangate.tools.osv_options import NAME, Options

CWE_MALICIOUS_CODE = 506
MAX_DESCRIBED = 5  # fixed versions in one message


def store_state(options: Options, environ: Mapping[str, str], today: dt.date) -> str:
    """What the reports depend on, apart from the files: the digest of each ecosystem's advisories, and whether they are too old."""
    path = default_store_path(environ)
    states = []
    for name in list_ecosystems(path):
        with contextlib.suppress(ScangateError), Store.open(path, _by_name(name)) as store:
            is_stale = find_staleness(store.info(), options.max_age_days, today) is not None
            states.append(f"{name} {store.info().digest} {is_stale}")
    return "\n".join(states)


def _by_name(name: str) -> Ecosystem:
    return next(each for each in ECOSYSTEMS if each.name == name)


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Audits the releases of all ``files`` at once."""
    texts = {source.path: decode(source.read_bytes())[0] for source in files if is_package_file(source.path)}
    manifests = read_package_files(texts, options.internal)
    path = default_store_path(context.environ)
    ecosystems = {name: find_package_ecosystem(name) for name in manifests}
    with contextlib.ExitStack() as stack:
        audits = {}
        for ecosystem in {each.name: each for each in ecosystems.values()}.values():
            try:
                store: Store | ScangateError = stack.enter_context(Store.open(path, ecosystem))
            except ScangateError as error:
                store = error
            audits[ecosystem.name] = _Audit(ecosystem, store, options, context.today)
        for source in files:
            manifest = manifests.get(source.path)
            yield audits[ecosystems[source.path].name].report(manifest) if manifest is not None else _unread(source)


def _unread(source: SourceFile) -> FileReport:
    """The report on a manifest of a format that no reader knows."""
    hint = f"audit it with another scanner{acceptance_hint(source.content_type, Analysis.DEPENDENCIES)}"
    gap = Gap(
        NAME,
        source.path,
        GapKind.NOT_ANALYZED,
        "osv does not read this format",
        hint=hint,
        content_type=source.content_type,
        analysis=Analysis.DEPENDENCIES,
        files=1,
    )
    return FileReport(source.path, gaps=(gap,))


class _Audit:
    """The audit of one ecosystem's files."""

    def __init__(self, ecosystem: Ecosystem, store: Store | ScangateError, options: Options, today: dt.date) -> None:
        self._ecosystem = ecosystem
        self._unanswered: ScanError | None = None
        self._store: Store | None = None
        self._names: frozenset[str] = frozenset()
        if isinstance(store, ScangateError):
            self._unanswered = ScanError(GapKind.ADVISORY_UNANSWERED, store.message, store.hint or ecosystem.update_command)
        else:
            self._store, self._names = store, store.package_names()
            self._unanswered = find_staleness(store.info(), options.max_age_days, today, ecosystem.update_command)

    def report(self, manifest: Manifest) -> FileReport:
        """The report on one file."""
        gaps = []
        if self._unanswered is not None and manifest.pins:
            error = self._unanswered
            gaps.append(Gap(NAME, manifest.path, error.kind, error.reason, manifest.pins[0].line, error.hint))
        findings = {(finding.rule, pin.line): finding for pin in manifest.pins for finding in self._find(manifest.path, pin)}
        return report_manifest(NAME, manifest, findings.values(), gaps, self._ecosystem.kind)

    def _find(self, path: str, pin: Pin) -> Iterator[Finding]:
        if self._store is None or pin.name not in self._names:
            return
        advisories = self._store.find_advisories(pin.name, pin.version)
        upgrade = self._store.find_upgrade(pin.name, pin.version) if advisories else ""
        for advisory in advisories:
            yield self._finding(path, pin, advisory, upgrade)

    def _finding(self, path: str, pin: Pin, advisory: Advisory, upgrade: str) -> Finding:
        name = advisory.ids[0]
        return Finding(
            rule=f"{NAME}:{name}",
            severity=advisory.severity,
            confidence=Confidence.HIGH,
            kind=FindingKind.DEPENDENCY,
            title=f"{pin.name} is malicious" if advisory.is_malicious else f"{pin.name} has a known vulnerability",
            message="; ".join(_message_parts(pin, advisory, upgrade)),
            location=Location(path, pin.line, pin.line),
            cwe=(CWE_MALICIOUS_CODE if advisory.is_malicious else CWE_VULNERABLE_COMPONENT,),
            help_url=advisory.url,
            affected_package=AffectedPackage(
                pin.name,
                pin.version,
                advisory.fixed_in,
                advisory.ids[1:],
                cvss=advisory.cvss,
                published=advisory.published[:10],
                upgrade=upgrade,
                source=SOURCE,
                kind=self._ecosystem.kind,
                development=pin.development,
            ),
        )


def _message_parts(pin: Pin, advisory: Advisory, upgrade: str) -> Iterator[str]:
    """The parts of a message, the most important first, since some reports truncate it."""
    yield f"{pin.name} {pin.version} is affected by {advisory.ids[0]}"
    if advisory.is_malicious:
        yield "remove it, and replace every secret that was within its reach"
    else:
        yield f"fixed in {', '.join(advisory.fixed_in[:MAX_DESCRIBED])}" if advisory.fixed_in else "no fixed release yet"
        yield from describe_upgrade(upgrade)
    yield from describe_origin(pin)
    if pin.development:
        yield "for development only"

"""Does what `pip_audit` offers: reads the manifests, asks about every pin, and tells it as clean, as findings or as a gap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from packaging.version import Version

from scangate.advisories.files import usual_place
from scangate.advisories.groups import Advisory
from scangate.advisories.manifests import Manifest, Pin, read_all
from scangate.advisories.route import UPDATE, Answer, Ask, Known, Release, Vulnerability, follow
from scangate.advisories.starter import StarterSet
from scangate.advisories.store import Store, StoreFacts
from scangate.errors import ScangateError, Unreadable
from scangate.model import (
    STARTER_SET,
    Component,
    Confidence,
    FileReport,
    Finding,
    Gap,
    GapKind,
    Kind,
    LeftOut,
    Location,
    Package,
    Severity,
)
from scangate.scan.plugin import Run, Source
from scangate.scan.text import decode
from scangate.tools.audits import live, stored
from scangate.tools.pip_audit import NAME, Options

__all__ = ["scan", "standing"]

VULNERABLE_COMPONENT = 1395


def standing(options: Options, environ: Mapping[str, str], today: dt.date) -> tuple[str, bool]:
    """The digest of what the local store holds, or why it is not used; and whether its answers are too old to count."""
    store, why = _store(environ)
    if store is None:
        return why.reason, False
    with store:
        return store.facts().digest, _stale(store.facts(), options, today) is not None


def scan(files: Sequence[Source], options: Options, run: Run) -> Iterable[FileReport]:
    """Audits the pins of all ``files`` at once."""
    manifests = dict(read_all({source.path: decode(source.data())[0] for source in files}, options.internal))
    if options.resolve:
        from scangate.tools.resolving import resolved  # noqa: PLC0415 -- only where it may

        for path in {source.path for source in files}:
            manifests[path] = resolved(manifests[path], options.advisories, options.internal, run)
    pins = [pin for source in files for pin in manifests[source.path].pins]
    public = {(pin.name, pin.version) for pin in pins if not options.is_private(pin)}
    private = {(pin.name, pin.version) for pin in pins if options.is_private(pin)}
    starter = StarterSet.bundled()
    store, why = _store(run.environ)
    try:
        answers = {
            False: follow(public, _services(options, store, why, run), starter),
            True: _private(private, store, run, starter),
        }
        books: list[Known] = [*([store] if store is not None else []), starter]
        stale = _stale(store.facts(), options, run.today) if store is not None else None
        reports = [
            _report(manifests[source.path], lambda pin: answers[options.is_private(pin)][pin.name, pin.version], books, stale)
            for source in files
        ]
    finally:
        if store is not None:
            store.close()
    yield from reports


def _private(releases: Iterable[Release], store: Store | None, run: Run, starter: Known) -> dict[Release, Answer]:
    """What becomes of releases that no public service may be asked about: the store answers for the names that it knows."""
    known = store.names() if store is not None else frozenset()
    told = [release for release in releases if release[0] in known]
    answers = follow(told, [("store", stored(store, run))], starter) if store is not None else {}
    return {release: answers.get(release, _UNKNOWN) for release in releases}


def _store(environ: Mapping[str, str]) -> tuple[Store | None, Unreadable]:
    """The local store, or why there is none."""
    try:
        return Store.open(usual_place(environ)), Unreadable(GapKind.CRASH, "")
    except ScangateError as error:
        reason = "there is no advisory store" if error.message.startswith("there is no advisory store") else error.message
        return None, Unreadable(GapKind.ADVISORY_UNANSWERED, reason, UPDATE)


def _services(
    options: Options, store: Store | None, why: Unreadable, run: Run
) -> Iterator[tuple[Literal["PyPI", "OSV", "store"], Ask]]:
    """Who is asked, in order."""
    if options.advisories == "auto":
        osv = ["--vulnerability-service", "osv"]
        yield "PyPI", live("PyPI", ["--vulnerability-service", "pypi"], options.seconds, run)
        yield "OSV", live("OSV", osv, options.seconds, run)
    yield "store", stored(store, run) if store is not None else lambda releases: dict.fromkeys(releases, why)


def _stale(facts: StoreFacts, options: Options, today: dt.date) -> Unreadable | None:
    """Why the store's answers are too old to count, or None where they are not."""
    if options.max_age_days is None:
        return None
    try:
        # the newest record tells what is known; one that is dated in the future must not make an old store look young
        age = max((today - dt.datetime.fromisoformat(stamp).date()).days for stamp in (facts.newest, facts.imported))
    except ValueError:
        return Unreadable(GapKind.STALE_STORE, "the advisory store does not say how old it is", UPDATE)
    if age <= options.max_age_days:
        return None
    reason = f"the advisory store is older than the {options.max_age_days} days that the policy allows"
    return Unreadable(GapKind.STALE_STORE, reason, "load it anew: scangate advisories update")


def _report(manifest: Manifest, answer_of: Callable[[Pin], Answer], books: Sequence[Known], stale: Unreadable | None) -> FileReport:
    findings: dict[tuple[str, int], Finding] = {}
    gaps = [Gap(NAME, manifest.path, hole.kind, hole.reason, hole.line, hole.hint) for hole in manifest.holes]
    for pin in manifest.pins:
        answer = answer_of(pin)
        unanswered = answer.unanswered or (stale if answer.source == "store" else None)
        if unanswered is not None:
            gaps.append(Gap(NAME, manifest.path, unanswered.kind, unanswered.reason, pin.line, unanswered.hint))
        for vulnerability in _joined(answer.faults):
            finding = _finding(manifest.path, pin, vulnerability, answer, books)
            findings[finding.rule, pin.line] = finding
    components = tuple(_component(manifest.path, pin) for pin in manifest.pins)
    left_out = tuple(LeftOut(f"{manifest.path}:{omitted.line}", omitted.reason, NAME) for omitted in manifest.left_out)
    return FileReport(manifest.path, tuple(findings.values()), tuple(gaps), components=components, left_out=left_out)


def _component(path: str, pin: Pin) -> Component:
    return Component(pin.name, pin.version, path, pin.line, pin.direct, pin.via, pin.index, pin.resolved)


_UNKNOWN = Answer(
    (),
    "",
    Unreadable(
        GapKind.ADVISORY_UNANSWERED,
        "from an index that is not PyPI's, and the advisory store does not know it",
        "say in the policy whose it is: internal: [NAME], or mirrors: [HOST] where the index mirrors PyPI, in pip-audit's block",
    ),
)


def _joined(faults: Iterable[Vulnerability]) -> list[Vulnerability]:
    """The faults, those that share a name as one: services tell PYSEC, GHSA and CVE of one fault apart."""
    joined: list[Vulnerability] = []
    for fault in sorted(faults, key=lambda fault: fault.id):
        same = [other for other in joined if other.ids & fault.ids]
        fixed = {release for other in (fault, *same) for release in other.fixed_in}
        ids = sorted(frozenset().union(fault.ids, *(other.ids for other in same)), key=_rank)
        joined = [other for other in joined if other not in same]
        joined.append(Vulnerability(ids[0], tuple(ids[1:]), tuple(sorted(fixed, key=Version))))
    return joined


def _rank(name: str) -> tuple[bool, bool, str]:
    return (not name.startswith("CVE-"), not name.startswith("GHSA-"), name)


def _finding(path: str, pin: Pin, fault: Vulnerability, answer: Answer, books: Sequence[Known]) -> Finding:
    known = _looked_up(pin, fault, books)
    best = books[0].upgrade(pin.name, pin.version)
    remedy = f"upgrade to {best}, the nearest release without any fault that {_called(books[0])} knows" if best else ""
    names = list(dict.fromkeys([fault.id, *fault.aliases, *(known.ids if known is not None else ())]))
    database = next((name for name in names if not name.startswith("CVE-")), fault.id)
    return Finding(
        rule=f"{NAME}:{fault.id}",
        severity=known.severity if known is not None else Severity.UNKNOWN,
        confidence=Confidence.HIGH,
        kind=Kind.DEPENDENCY,
        title=f"{pin.name} has a known vulnerability",
        message="; ".join(_words(pin, fault, answer, known, remedy)),
        location=Location(path, pin.line, pin.line),
        cwe=(VULNERABLE_COMPONENT,),
        help_url=known.url if known is not None else f"https://osv.dev/vulnerability/{database}",
        package=Package(
            pin.name,
            pin.version,
            fault.fixed_in,
            tuple(names[1:]),
            cvss=known.cvss if known is not None else "",
            published=known.published[:10] if known is not None else "",
            upgrade=best,
            told_by=answer.source,
        ),
    )


def _looked_up(pin: Pin, fault: Vulnerability, books: Sequence[Known]) -> Advisory | None:
    """What the store or the starter set knows of a fault beyond its names: the services do not tell how bad it is."""
    for book in books:
        for advisory in book.advisories(pin.name, pin.version):
            if fault.ids & set(advisory.ids):
                return advisory
    return None


def _words(pin: Pin, fault: Vulnerability, answer: Answer, known: Advisory | None, remedy: str) -> Iterator[str]:
    """What a finding says: what weighs most first, since some reports cut a message short."""
    yield f"{pin.name} {pin.version} is affected by {fault.id}"
    if pin.resolved:
        yield "resolved by pip for this scan, not pinned"
    if answer.source == STARTER_SET:
        yield "told by the starter set alone, which does not replace an audit"
    yield f"fixed in {', '.join(fault.fixed_in)}" if fault.fixed_in else "no release fixes it yet"
    if remedy:
        yield remedy
    if pin.direct:
        yield "a direct dependency"
    elif pin.via:
        yield f"brought in by {' > '.join(pin.via)}"
    if known is not None and known.source == STARTER_SET != answer.source:
        yield "how severe it is, the starter set says"


def _called(book: Known) -> str:
    return "the starter set" if isinstance(book, StarterSet) else "the store"

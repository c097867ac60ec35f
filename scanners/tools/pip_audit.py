"""pip-audit: known vulnerabilities of pinned dependencies. We read the pins and hand it a list; names out must equal names in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from scanners.advisories.manifests import Manifest, Pin, is_manifest, read_all
from scanners.errors import Unreadable
from scanners.globs import Glob
from scanners.model import Accounting, Confidence, FileReport, Finding, Gap, GapKind, Kind, Location, Package, Severity
from scanners.scan.plugin import Run, Source, fields, parse
from scanners.scan.text import decode
from scanners.tools.installed import version_of

NAME = "pip-audit"
ACCOUNTING = Accounting.PER_FILE
SPLITS = False

FLAGS = ("--no-deps", "--disable-pip", "--format", "json", "--aliases", "on", "--desc", "off", "--progress-spinner", "off")
VULNERABLE_COMPONENT = 1395
NETWORK_HINT = "check that the build can reach the index's JSON API, or allow the gap with a reason"
_NETWORK_WORDS = re.compile(rb"ConnectionError|Timeout|ProxyError|SSLError|HTTPError|ServiceError|NameResolution|JSONDecodeError")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for pip-audit.

    ``seconds``: how long one answer of the service may take. ``internal``: names of packages that nobody outside is asked about.
    """

    seconds: int = 15
    internal: tuple[Glob, ...] = ()


def version() -> str:
    """The version of the installed pip-audit."""
    return version_of("pip-audit")


def reads(path: str, options: Options) -> bool:
    """Manifests and lock files of Python projects, by their usual names."""
    del options
    return is_manifest(path)


def scan(files: Sequence[Source], options: Options, run: Run) -> Iterable[FileReport]:
    """Audits the pins of all ``files`` at once; every pin comes back as clean, as findings, or as a gap on its line."""
    manifests = read_all({source.path: decode(source.data())[0] for source in files}, options.internal)
    pins = {(pin.name, pin.version) for source in files for pin in manifests[source.path].pins}
    answers = _audit(pins, options, run)
    for source in files:
        yield _report(manifests[source.path], answers)


Answer = list[Mapping[str, Any]] | Unreadable


def _audit(pins: Iterable[tuple[str, str]], options: Options, run: Run) -> dict[tuple[str, str], Answer]:
    """pip-audit's answer for each (name, version): its vulnerabilities, or why there is none. It takes a name only once a call."""
    rounds: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for name, release in sorted(pins):
        place = next(number for number in range(len(rounds) + 1) if name not in rounds[number])
        rounds[place][name] = release
    answers: dict[tuple[str, str], Answer] = {}
    for number, round_ in sorted(rounds.items()):
        if round_:
            answers |= _ask(round_, number, options, run)
    return answers


def _ask(round_: Mapping[str, str], number: int, options: Options, run: Run) -> dict[tuple[str, str], Answer]:
    file = run.folder / f"pins-{number}.txt"
    file.write_text("".join(f"{name}=={release}\n" for name, release in sorted(round_.items())), "utf-8")
    argv = [run.script("pip-audit"), *FLAGS, "--timeout", str(options.seconds), "--requirement", str(file)]
    argv += ["--cache-dir", str(run.folder / "http")]
    output = run.start(argv, network=True, codes=(0, 1))
    if output.code == 1 and not output.stdout.strip() and _NETWORK_WORDS.search(output.stderr):
        silence = Unreadable(GapKind.ADVISORY_UNANSWERED, "the advisory service cannot be reached", NETWORK_HINT)
        return dict.fromkeys(round_.items(), silence)
    (dependencies,) = fields(parse(output.stdout, NAME), "dependencies")
    told: dict[str, Any] = {canonicalize_name(str(fields(dependency, "name")[0])): dependency for dependency in dependencies}
    if told.keys() - round_.keys() or len(told) != len(dependencies):
        raise Unreadable(GapKind.GARBAGE, "pip-audit answers for packages that it was not asked about, or twice for one")
    return {(name, release): _answer(told.get(name), release) for name, release in round_.items()}


def _answer(dependency: Any, release: str) -> Answer:
    if dependency is None:
        return Unreadable(GapKind.GARBAGE, "pip-audit was asked about this release and does not answer")
    if "skip_reason" in dependency:
        return Unreadable(GapKind.ADVISORY_UNANSWERED, "the advisory service does not know this release", NETWORK_HINT)
    told, vulnerabilities = fields(dependency, "version", "vulns")
    if told != release:
        return Unreadable(GapKind.GARBAGE, "pip-audit was asked about this release and answers for another")
    if not isinstance(vulnerabilities, list):
        return Unreadable(GapKind.GARBAGE, "pip-audit was asked about this release and does not answer")
    return vulnerabilities


def _report(manifest: Manifest, answers: Mapping[tuple[str, str], Answer]) -> FileReport:
    findings: dict[tuple[str, int], Finding] = {}
    gaps = [Gap(NAME, manifest.path, hole.kind, hole.reason, hole.line, hole.hint) for hole in manifest.holes]
    for pin in manifest.pins:
        answer = answers[pin.name, pin.version]
        if isinstance(answer, Unreadable):
            gaps.append(Gap(NAME, manifest.path, answer.kind, answer.reason, pin.line, answer.hint))
            continue
        for vulnerability in answer:
            finding = _finding(manifest.path, pin, vulnerability)
            findings[finding.rule, pin.line] = finding
    return FileReport(manifest.path, tuple(findings.values()), tuple(gaps))


def _finding(path: str, pin: Pin, vulnerability: Any) -> Finding:
    name, aliases, fixed = fields(vulnerability, "id", "aliases", "fix_versions")
    ids = sorted({str(name), *map(str, aliases)}, key=lambda word: (not word.startswith("CVE-"), word))
    mend = f"fixed in {', '.join(fixed)}" if fixed else "no release fixes it yet"
    return Finding(
        rule=f"{NAME}:{ids[0]}",
        severity=Severity.UNKNOWN,
        confidence=Confidence.HIGH,
        kind=Kind.DEPENDENCY,
        title=f"{pin.name} has a known vulnerability",
        message=f"{pin.name} {pin.version} is affected by {ids[0]}; {mend}{_origin(pin)}",
        location=Location(path, pin.line, pin.line),
        cwe=(VULNERABLE_COMPONENT,),
        help_url=f"https://osv.dev/vulnerability/{name}",
        package=Package(pin.name, pin.version, tuple(map(str, fixed)), tuple(ids[1:])),
    )


def _origin(pin: Pin) -> str:
    """Who asks for a pin, where its manifest says so."""
    if pin.direct:
        return "; a direct dependency"
    return f"; brought in by {' > '.join(pin.via)}" if pin.via else ""

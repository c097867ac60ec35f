"""pip-audit: known vulnerabilities of pinned dependencies. We read the pins and hand it a list; names out must equal names in."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from scanners.errors import Unreadable
from scanners.model import Accounting, Confidence, FileReport, Finding, Gap, GapKind, Kind, Location, Package, Severity
from scanners.scan.plugin import Run, Source, fields, parse
from scanners.tools.grammar import gap
from scanners.tools.installed import version_of
from scanners.tools.requirements import Hole, Pin, read

NAME = "pip-audit"
ACCOUNTING = Accounting.PER_FILE
SPLITS = False

FLAGS = ("--no-deps", "--disable-pip", "--format", "json", "--aliases", "on", "--desc", "off", "--progress-spinner", "off")
VULNERABLE_COMPONENT = 1395
NETWORK_HINT = "check that the build can reach the index's JSON API, or allow the gap with a reason"
_NETWORK_WORDS = re.compile(rb"ConnectionError|Timeout|ProxyError|SSLError|HTTPError|ServiceError|NameResolution|JSONDecodeError")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for pip-audit. ``seconds``: how long one answer of the service may take."""

    seconds: int = 15


def version() -> str:
    """The version of the installed pip-audit."""
    return version_of("pip-audit")


def reads(path: str, options: Options) -> bool:
    """Requirements and constraints files, by their usual names."""
    del options
    file = PurePosixPath(path)
    named = re.search(r"(^|[-_.])(requirements?|constraints?)([-_.]|$)", file.stem) is not None
    return file.suffix == ".txt" and (named or file.parent.name == "requirements")


def scan(files: Sequence[Source], options: Options, run: Run) -> Iterable[FileReport]:
    """Audits the pins of all ``files`` at once; every pin comes back as clean, as findings, or as a gap on its line."""
    names = frozenset(source.path for source in files)
    lines = {source.path: list(_read(source, names)) for source in files}
    pins = {(line.name, line.version) for found in lines.values() for line in found if isinstance(line, Pin)}
    answers = _audit(pins, options, run)
    for source in files:
        yield _report(source, lines[source.path], answers)


def _read(source: Source, names: frozenset[str]) -> Iterator[Pin | Hole | Unreadable]:
    folder = posixpath.dirname(source.path)
    try:
        yield from read(source.file, lambda name: posixpath.normpath(posixpath.join(folder, name)) in names)
    except Unreadable as fault:
        yield fault


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


def _report(source: Source, lines: Sequence[Pin | Hole | Unreadable], answers: Mapping[tuple[str, str], Answer]) -> FileReport:
    findings: dict[tuple[str, int], Finding] = {}
    gaps: list[Gap] = []
    for line in lines:
        if isinstance(line, Unreadable):
            gaps.append(gap(NAME, source.path, line))
        elif isinstance(line, Hole):
            gaps.append(Gap(NAME, source.path, line.kind, line.reason, line.line, line.hint))
        else:
            answer = answers[line.name, line.version]
            if isinstance(answer, Unreadable):
                gaps.append(Gap(NAME, source.path, answer.kind, answer.reason, line.line, answer.hint))
                continue
            for vulnerability in answer:
                finding = _finding(source.path, line, vulnerability)
                findings[finding.rule, line.line] = finding
    return FileReport(source.path, tuple(findings.values()), tuple(gaps))


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
        message=f"{pin.name} {pin.version} is affected by {ids[0]}; {mend}",
        location=Location(path, pin.line, pin.line),
        cwe=(VULNERABLE_COMPONENT,),
        help_url=f"https://osv.dev/vulnerability/{name}",
        package=Package(pin.name, pin.version, tuple(map(str, fixed)), tuple(ids[1:])),
    )

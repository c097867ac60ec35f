"""Starts pip-audit: against PyPI, against OSV, or against an endpoint on this machine that answers from the store."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from packaging.utils import canonicalize_name

from scangate.advisories.route import UPDATE, Ask, Release, Vulnerability
from scangate.advisories.store import Store
from scangate.errors import Unreadable
from scangate.model import GapKind
from scangate.scan.plugin import Run, fields, parse

__all__ = ["live", "stored"]

TOOL = "pip-audit"
FLAGS = ("--no-deps", "--disable-pip", "--format", "json", "--aliases", "on", "--desc", "off", "--progress-spinner", "off")
NETWORK_HINT = f"check that the build can reach the advisory services, or {UPDATE}"
TRIES = 2
PAUSE = 1.0  # seconds before the second try
_NETWORK_WORDS = re.compile(
    rb"ConnectionError|Timeout|ProxyError|SSLError|HTTPError|ServiceError|NameResolution|JSONDecodeError"
    rb"|ChunkedEncodingError|IncompleteRead|ProtocolError|RemoteDisconnected|TooManyRedirects"
)

Told = tuple[Vulnerability, ...] | Unreadable


def live(service: str, flags: Sequence[str], seconds: int, run: Run) -> Ask:
    """Asks a public service (``flags`` say which). Once it cannot be reached, not even by a second try, it is not asked again."""
    open_circuit: list[Unreadable] = []

    def ask(releases: Iterable[Release]) -> dict[Release, Told]:
        answers: dict[Release, Told] = {}
        for round_ in _rounds(releases):
            told = (
                dict.fromkeys(round_, open_circuit[0])
                if open_circuit
                else _try(service, round_, [*flags, "--timeout", str(seconds)], run)
            )
            silence = [each for each in told.values() if isinstance(each, Unreadable) and each.reason == _unreachable(service)]
            open_circuit.extend(silence[:1])
            answers |= told
        return answers

    return ask


def stored(store: Store, run: Run) -> Ask:
    """Asks the store: names without any record it answers itself, the rest go through pip-audit and an endpoint of this run."""
    known = store.names()

    def ask(releases: Iterable[Release]) -> dict[Release, Told]:
        answers: dict[Release, Told] = {release: () for release in releases if release[0] not in known}
        asked = [release for release in releases if release[0] in known]
        if not asked:
            return answers
        from scangate.advisories.loopback import serving  # noqa: PLC0415 -- a web server, where there is something to serve

        with serving(store) as route:
            for round_ in _rounds(asked):
                answers |= _told(
                    "the advisory store", round_, ["--vulnerability-service", "osv", "--osv-url", route.url], run, network=False
                )
            unheard = {
                release for release in asked if canonical(release) not in {(name, version) for name, version in route.answered}
            }
        lost = Unreadable(GapKind.GARBAGE, "pip-audit was asked about this release and did not look it up", NETWORK_HINT)
        return answers | dict.fromkeys(unheard, lost)

    return ask


def canonical(release: Release) -> Release:
    """A release as the endpoint notes it."""
    return str(canonicalize_name(release[0])), release[1]


def _rounds(releases: Iterable[Release]) -> Iterator[tuple[Release, ...]]:
    """The releases in lists that name no package twice: pip-audit takes it only once."""
    rounds: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for name, version in sorted(set(releases)):
        place = next(number for number in range(len(rounds) + 1) if name not in rounds[number])
        rounds[place][name] = version
    for number in sorted(rounds):
        if rounds[number]:
            yield tuple(sorted(rounds[number].items()))


def _try(service: str, round_: Sequence[Release], flags: Sequence[str], run: Run) -> dict[Release, Told]:
    for left in reversed(range(TRIES)):
        told = _told(service, round_, flags, run, network=True)
        if left == 0 or not any(isinstance(each, Unreadable) and each.reason == _unreachable(service) for each in told.values()):
            return told
        time.sleep(PAUSE)
    return {}


def _unreachable(service: str) -> str:
    return f"{service} cannot be reached"


def _told(service: str, round_: Sequence[Release], flags: Sequence[str], run: Run, *, network: bool) -> dict[Release, Told]:
    """One run of pip-audit; where it cannot be believed, that is the answer for each release, so that others are asked."""
    try:
        return _once(service, round_, flags, run, network=network)
    except Unreadable as fault:
        if fault.kind is GapKind.INTERRUPTED:
            raise
        return dict.fromkeys(round_, fault)


def _once(service: str, round_: Sequence[Release], flags: Sequence[str], run: Run, *, network: bool) -> dict[Release, Told]:
    """One run of pip-audit over ``round_``: names out must equal names in."""
    file = run.folder / "pins.txt"
    file.write_text("".join(f"{name}=={version}\n" for name, version in round_), "utf-8")
    argv = [run.script(TOOL), *FLAGS, *flags, "--requirement", str(file), "--cache-dir", str(run.folder / "http")]
    output = run.start(argv, network=network, codes=(0, 1))
    if output.code == 1 and not output.stdout.strip() and _NETWORK_WORDS.search(output.stderr):
        return dict.fromkeys(round_, Unreadable(GapKind.ADVISORY_UNANSWERED, _unreachable(service), NETWORK_HINT))
    (dependencies,) = fields(parse(output.stdout, TOOL), "dependencies")
    if not isinstance(dependencies, list):
        raise Unreadable(GapKind.GARBAGE, "its output is not what it writes: dependencies is no list")
    told: dict[str, Any] = {canonicalize_name(str(fields(dependency, "name")[0])): dependency for dependency in dependencies}
    if told.keys() - dict(round_).keys() or len(told) != len(dependencies):
        raise Unreadable(GapKind.GARBAGE, "pip-audit answers for packages that it was not asked about, or twice for one")
    return {(name, version): _answer(told.get(name), version, service) for name, version in round_}


def _answer(dependency: Mapping[str, Any] | None, version: str, service: str) -> Told:
    if dependency is None:
        return Unreadable(GapKind.GARBAGE, "pip-audit was asked about this release and does not answer")
    if "skip_reason" in dependency:
        return Unreadable(GapKind.ADVISORY_UNANSWERED, f"{service} does not know this release", NETWORK_HINT)
    told, vulnerabilities = fields(dependency, "version", "vulns")
    if told != version:
        return Unreadable(GapKind.GARBAGE, "pip-audit was asked about this release and answers for another")
    if not isinstance(vulnerabilities, list):
        return Unreadable(GapKind.GARBAGE, "pip-audit was asked about this release and does not answer")
    return tuple(_vulnerability(each) for each in vulnerabilities)


def _vulnerability(vulnerability: Any) -> Vulnerability:
    name, aliases, fixed = fields(vulnerability, "id", "aliases", "fix_versions")
    return Vulnerability(str(name), tuple(map(str, aliases)), tuple(map(str, fixed)))

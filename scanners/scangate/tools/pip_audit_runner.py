"""Starts pip-audit: against PyPI, against OSV, or against an endpoint on this machine that answers from the store."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from packaging.utils import canonicalize_name

from scangate.advisories.lookup_chain import UPDATE_HINT, Lookup, Release, Vulnerability
from scangate.advisories.store import Store
from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.plugin import ScanContext, parse_json, require_fields

__all__ = ["service_lookup", "store_lookup"]

TOOL = "pip-audit"
FLAGS = ("--no-deps", "--disable-pip", "--format", "json", "--aliases", "on", "--desc", "off", "--progress-spinner", "off")
NETWORK_HINT = f"check that the build can reach the advisory services, or {UPDATE_HINT}"
ATTEMPTS = 2
RETRY_DELAY = 1.0  # seconds before the second try
_NETWORK_ERRORS = re.compile(
    rb"ConnectionError|Timeout|ProxyError|SSLError|HTTPError|ServiceError|NameResolution|JSONDecodeError"
    rb"|ChunkedEncodingError|IncompleteRead|ProtocolError|RemoteDisconnected|TooManyRedirects"
)

ServiceAnswer = tuple[Vulnerability, ...] | ScanError


def service_lookup(service: str, flags: Sequence[str], seconds: int, context: ScanContext) -> Lookup:
    """Asks a public service (``flags`` say which). Once it cannot be reached, not even by a second try, it is not asked again."""
    open_circuit: list[ScanError] = []

    def ask(releases: Iterable[Release]) -> dict[Release, ServiceAnswer]:
        answers: dict[Release, ServiceAnswer] = {}
        for round_ in _batches(releases):
            told = (
                dict.fromkeys(round_, open_circuit[0])
                if open_circuit
                else _run_with_retry(service, round_, [*flags, "--timeout", str(seconds)], context)
            )
            silence = [
                each for each in told.values() if isinstance(each, ScanError) and each.reason == _unreachable_reason(service)
            ]
            open_circuit.extend(silence[:1])
            answers |= told
        return answers

    return ask


def store_lookup(store: Store, context: ScanContext) -> Lookup:
    """Asks the store: names without any record it answers itself, the rest go through pip-audit and an endpoint of this run."""
    known = store.package_names()

    def ask(releases: Iterable[Release]) -> dict[Release, ServiceAnswer]:
        answers: dict[Release, ServiceAnswer] = {release: () for release in releases if release[0] not in known}
        asked = [release for release in releases if release[0] in known]
        if not asked:
            return answers
        from scangate.advisories.osv_server import serve_osv  # noqa: PLC0415 -- a web server, where there is something to serve

        with serve_osv(store) as route:
            for round_ in _batches(asked):
                answers |= _run_or_error(
                    "the advisory store", round_, ["--vulnerability-service", "osv", "--osv-url", route.url], context, network=False
                )
            unheard = {
                release
                for release in asked
                if normalize_release(release) not in {(name, version) for name, version in route.answered}
            }
        lost = ScanError(GapKind.GARBAGE, "pip-audit was asked about this release and did not look it up", NETWORK_HINT)
        return answers | dict.fromkeys(unheard, lost)

    return ask


def normalize_release(release: Release) -> Release:
    """A release as the endpoint notes it."""
    return str(canonicalize_name(release[0])), release[1]


def _batches(releases: Iterable[Release]) -> Iterator[tuple[Release, ...]]:
    """The releases in lists that name no package twice: pip-audit takes it only once."""
    rounds: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for name, version in sorted(set(releases)):
        place = next(number for number in range(len(rounds) + 1) if name not in rounds[number])
        rounds[place][name] = version
    for number in sorted(rounds):
        if rounds[number]:
            yield tuple(sorted(rounds[number].items()))


def _run_with_retry(
    service: str, batch: Sequence[Release], flags: Sequence[str], context: ScanContext
) -> dict[Release, ServiceAnswer]:
    for left in reversed(range(ATTEMPTS)):
        told = _run_or_error(service, batch, flags, context, network=True)
        if left == 0 or not any(
            isinstance(each, ScanError) and each.reason == _unreachable_reason(service) for each in told.values()
        ):
            return told
        time.sleep(RETRY_DELAY)
    return {}


def _unreachable_reason(service: str) -> str:
    return f"{service} cannot be reached"


def _run_or_error(
    service: str, batch: Sequence[Release], flags: Sequence[str], context: ScanContext, *, network: bool
) -> dict[Release, ServiceAnswer]:
    """One run of pip-audit; where it cannot be believed, that is the answer for each release, so that others are asked."""
    try:
        return _run_pip_audit(service, batch, flags, context, network=network)
    except ScanError as fault:
        if fault.kind is GapKind.INTERRUPTED:
            raise
        return dict.fromkeys(batch, fault)


def _run_pip_audit(
    service: str, batch: Sequence[Release], flags: Sequence[str], context: ScanContext, *, network: bool
) -> dict[Release, ServiceAnswer]:
    """One run of pip-audit over ``round_``: names out must equal names in."""
    file = context.temp_folder / "pins.txt"
    file.write_text("".join(f"{name}=={version}\n" for name, version in batch), "utf-8")
    argv = [
        context.find_console_script(TOOL),
        *FLAGS,
        *flags,
        "--requirement",
        str(file),
        "--cache-dir",
        str(context.temp_folder / "http"),
    ]
    output = context.run_program(argv, network=network, exit_codes=(0, 1))
    if output.exit_code == 1 and not output.stdout.strip() and _NETWORK_ERRORS.search(output.stderr):
        return dict.fromkeys(batch, ScanError(GapKind.ADVISORY_UNANSWERED, _unreachable_reason(service), NETWORK_HINT))
    (dependencies,) = require_fields(parse_json(output.stdout, TOOL), "dependencies")
    if not isinstance(dependencies, list):
        raise ScanError(GapKind.GARBAGE, "its output is not what it writes: dependencies is no list")
    told: dict[str, Any] = {
        canonicalize_name(str(require_fields(dependency, "name")[0])): dependency for dependency in dependencies
    }
    if told.keys() - dict(batch).keys() or len(told) != len(dependencies):
        raise ScanError(GapKind.GARBAGE, "pip-audit answers for packages that it was not asked about, or twice for one")
    return {(name, version): _parse_dependency(told.get(name), version, service) for name, version in batch}


def _parse_dependency(dependency: Mapping[str, Any] | None, version: str, service: str) -> ServiceAnswer:
    if dependency is None:
        return ScanError(GapKind.GARBAGE, "pip-audit was asked about this release and does not answer")
    if "skip_reason" in dependency:
        return ScanError(GapKind.ADVISORY_UNANSWERED, f"{service} does not know this release", NETWORK_HINT)
    told, vulnerabilities = require_fields(dependency, "version", "vulns")
    if told != version:
        return ScanError(GapKind.GARBAGE, "pip-audit was asked about this release and answers for another")
    if not isinstance(vulnerabilities, list):
        return ScanError(GapKind.GARBAGE, "pip-audit was asked about this release and does not answer")
    return tuple(_parse_vulnerability(each) for each in vulnerabilities)


def _parse_vulnerability(vulnerability: Any) -> Vulnerability:
    name, aliases, fixed = require_fields(vulnerability, "id", "aliases", "fix_versions")
    return Vulnerability(str(name), tuple(map(str, aliases)), tuple(map(str, fixed)))

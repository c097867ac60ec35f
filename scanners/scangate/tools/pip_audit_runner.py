"""Runs pip-audit: against PyPI, against OSV, or against a local endpoint that serves the store."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from packaging.utils import canonicalize_name

from scangate.advisories.lookup_chain import UPDATE_HINT, Lookup, Release, Vulnerability
from scangate.advisories.store import Store
from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.plugin import ScanContext, decode_json

TOOL = "pip-audit"
FLAGS = ("--no-deps", "--disable-pip", "--format", "json", "--aliases", "on", "--desc", "off", "--progress-spinner", "off")
NETWORK_HINT = f"check that the build can reach the advisory services, or {UPDATE_HINT}"
ATTEMPTS = 2
RETRY_DELAY = 1.0  # seconds
_NETWORK_ERRORS = re.compile(
    rb"ConnectionError|Timeout|ProxyError|SSLError|HTTPError|ServiceError|NameResolution|JSONDecodeError"
    rb"|ChunkedEncodingError|IncompleteRead|ProtocolError|RemoteDisconnected|TooManyRedirects"
)


class _Vulnerability(msgspec.Struct):
    id: str
    aliases: list[str]
    fix_versions: list[str]


class _Dependency(msgspec.Struct):
    name: str
    version: str = ""
    vulns: list[_Vulnerability] | msgspec.UnsetType | None = msgspec.UNSET
    skip_reason: str | None = None

    def __post_init__(self) -> None:
        if self.skip_reason is None and (not self.version or self.vulns is msgspec.UNSET):
            raise ValueError("a dependency without version or vulns")


class _Output(msgspec.Struct):
    dependencies: list[_Dependency]


Answer = tuple[Vulnerability, ...] | ScanError
Batch = Sequence[Release]


class _UnreachableError(ScanError):
    """The service cannot be reached."""

    def __init__(self, service: str) -> None:
        super().__init__(GapKind.ADVISORY_UNANSWERED, f"cannot reach {service}", NETWORK_HINT)


def service_lookup(service: str, flags: Sequence[str], seconds: int, context: ScanContext) -> Lookup:
    """A lookup in a public service, which ``flags`` select. Once it is unreachable, also on retry, it is not called again."""
    unreachable: list[_UnreachableError] = []

    def look_up(releases: Iterable[Release]) -> dict[Release, Answer]:
        answers: dict[Release, Answer] = {}
        for batch in _batches(releases):
            for attempt in range(ATTEMPTS):
                if unreachable:
                    break
                try:
                    answers |= _run_pip_audit(service, batch, [*flags, "--timeout", str(seconds)], context, network=True)
                    break
                except _UnreachableError as error:
                    if attempt + 1 == ATTEMPTS:
                        unreachable.append(error)
                    else:
                        time.sleep(RETRY_DELAY)
            answers = {**dict.fromkeys(batch, unreachable[0]), **answers} if unreachable else answers
        return answers

    return look_up


def store_lookup(store: Store, context: ScanContext) -> Lookup:
    """A lookup in the store: names without a record are clean, the others go through pip-audit and a local endpoint."""
    names = store.package_names()

    def look_up(releases: Iterable[Release]) -> dict[Release, Answer]:
        answers: dict[Release, Answer] = {release: () for release in releases if release[0] not in names}
        known = [release for release in releases if release[0] in names]
        if not known:
            return answers
        from scangate.advisories.osv_server import serve_osv  # noqa: PLC0415 -- a web server, only if needed

        with serve_osv(store) as endpoint:
            flags = ["--vulnerability-service", "osv", "--osv-url", endpoint.url]
            for batch in _batches(known):
                answers |= _run_pip_audit("the advisory store", batch, flags, context, network=False)
        missing = {release for release in known if (str(canonicalize_name(release[0])), release[1]) not in endpoint.answered}
        return answers | dict.fromkeys(missing, ScanError(GapKind.GARBAGE, "pip-audit did not look up this release", NETWORK_HINT))

    return look_up


def _batches(releases: Iterable[Release]) -> Iterator[Batch]:
    """Batches that name no package twice, as pip-audit requires."""
    batches: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for name, version in sorted(set(releases)):
        number = next(number for number in range(len(batches) + 1) if name not in batches[number])
        batches[number][name] = version
    yield from (tuple(sorted(batches[number].items())) for number in sorted(batches) if batches[number])


def _run_pip_audit(
    service: str, batch: Batch, flags: Sequence[str], context: ScanContext, *, network: bool
) -> dict[Release, Answer]:
    """Runs pip-audit once; an unexpected result is the answer for each release, so that other services are tried.

    Raises _UnreachableError, and ScanError(INTERRUPTED).
    """
    file = context.temp_folder / "pins.txt"
    file.write_text("".join(f"{name}=={version}\n" for name, version in batch), "utf-8")
    try:
        argv = [context.find_console_script(TOOL), *FLAGS, *flags]
        argv += ["--requirement", str(file), "--cache-dir", str(context.temp_folder / "http")]
        output = context.run_program(argv, network=network, exit_codes=(0, 1))
        if output.exit_code == 1 and not output.stdout.strip() and _NETWORK_ERRORS.search(output.stderr):
            raise _UnreachableError(service)
        return _parse(output.stdout, batch, service)
    except ScanError as error:
        if (isinstance(error, _UnreachableError) and network) or error.kind is GapKind.INTERRUPTED:
            raise
        return dict.fromkeys(batch, error)


def _parse(stdout: bytes, batch: Batch, service: str) -> dict[Release, Answer]:
    """The answer for each release of ``batch``. Raises ScanError(GARBAGE) if the output names other packages."""
    dependencies = decode_json(stdout, TOOL, _Output).dependencies
    by_name = {canonicalize_name(dependency.name): dependency for dependency in dependencies}
    if by_name.keys() - dict(batch).keys() or len(by_name) != len(dependencies):
        raise ScanError(GapKind.GARBAGE, "pip-audit reported packages that it was not given, or one of them twice")
    return {(name, version): _answer(by_name.get(canonicalize_name(name)), version, service) for name, version in batch}


def _answer(dependency: _Dependency | None, version: str, service: str) -> Answer:
    if dependency is None:
        return ScanError(GapKind.GARBAGE, "pip-audit did not report this release")
    if dependency.skip_reason is not None:
        return ScanError(GapKind.ADVISORY_UNANSWERED, f"{service} does not know this release", NETWORK_HINT)
    if dependency.version != version:
        return ScanError(GapKind.GARBAGE, "pip-audit reported another version")
    if not isinstance(dependency.vulns, list):
        return ScanError(GapKind.GARBAGE, "pip-audit reported no list of vulnerabilities")
    return tuple(Vulnerability(each.id, tuple(each.aliases), tuple(each.fix_versions)) for each in dependency.vulns)

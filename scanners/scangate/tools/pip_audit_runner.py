"""Runs pip-audit: against a public service, or against a local endpoint that serves the store."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from packaging.utils import canonicalize_name

from scangate.advisories.lookup_chain import UPDATE_HINT, Lookup, Release, Vulnerability
from scangate.advisories.store import Store
from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.plugin import ScanContext, decode_json
from scangate.tools.saved_lookups import Answer, SavedAnswers

TOOL = "pip-audit"
FLAGS = ("--no-deps", "--disable-pip", "--format", "json", "--aliases", "on", "--desc", "off", "--progress-spinner", "off")
NETWORK_HINT = f"check that the build can reach the advisory services, or {UPDATE_HINT}"
STORE_SECONDS = 30 * 86_400.0  # for which answers of the store are kept; its digest is part of their keys
_NETWORK_ERRORS = re.compile(
    rb"ConnectionError|Timeout|ProxyError|SSLError|HTTPError|ServiceError|NameResolution|JSONDecodeError"
    rb"|ChunkedEncodingError|IncompleteRead|ProtocolError|RemoteDisconnected|TooManyRedirects"
)
_BUSY = re.compile(rb"\b(?:429 Client|503 Server) Error\b")


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


Batch = Sequence[Release]


class UnreachableError(ScanError):
    """The service cannot be reached; ``may_recover`` if it says that it is only busy."""

    def __init__(self, service: str, *, may_recover: bool = False, failure: str = "") -> None:
        reason = f"cannot reach {service}" + (f": {failure}" if failure else "")
        super().__init__(GapKind.ADVISORY_UNANSWERED, reason, NETWORK_HINT)
        self.may_recover = may_recover


def not_found(service: str) -> ScanError:
    """The answer where pip-audit skips a pinned release: it does so for a 404 alone, which a mirror may send for any release."""
    return ScanError(GapKind.ADVISORY_UNANSWERED, f"{service} answered 404 (not found) for this release", NETWORK_HINT)


def store_lookup(store: Store, context: ScanContext) -> Lookup:
    """A lookup in the store: names without a record are clean, the others go through pip-audit and a local endpoint."""
    names = store.package_names()
    saved = SavedAnswers(context, f"store {store.info().digest}", STORE_SECONDS)

    def look_up(releases: Iterable[Release]) -> dict[Release, Answer]:
        answers: dict[Release, Answer] = {release: () for release in releases if release[0] not in names}
        known = [release for release in releases if release[0] in names]
        return answers | saved.complete(known, lambda missing: _ask_store(store, missing, context))

    return look_up


def _ask_store(store: Store, releases: Sequence[Release], context: ScanContext) -> dict[Release, Answer]:
    from scangate.advisories.osv_server import serve_osv  # noqa: PLC0415 -- a web server, only if needed

    answers: dict[Release, Answer] = {}
    with serve_osv(store) as endpoint:
        flags = ["--vulnerability-service", "osv", "--osv-url", endpoint.url]
        for batch in make_batches(releases):
            answers |= run_pip_audit("the advisory store", batch, flags, context, network=False)
    missing = {release for release in releases if (str(canonicalize_name(release[0])), release[1]) not in endpoint.answered}
    return answers | dict.fromkeys(missing, ScanError(GapKind.GARBAGE, "pip-audit did not look up this release", NETWORK_HINT))


def make_batches(releases: Iterable[Release]) -> Iterator[Batch]:
    """Batches that name no package twice, as pip-audit requires."""
    batches: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for name, version in sorted(set(releases)):
        number = next(number for number in range(len(batches) + 1) if name not in batches[number])
        batches[number][name] = version
    yield from (tuple(sorted(batches[number].items())) for number in sorted(batches) if batches[number])


def run_pip_audit(
    service: str, batch: Batch, flags: Sequence[str], context: ScanContext, *, network: bool
) -> dict[Release, Answer]:
    """Runs pip-audit once; an unexpected result is the answer for each release, so that other services are tried.

    Raises UnreachableError, and ScanError(INTERRUPTED).
    """
    file = context.temp_folder / "pins.txt"
    file.write_text("".join(f"{name}=={version}\n" for name, version in batch), "utf-8")
    try:
        argv = [context.find_console_script(TOOL), *FLAGS, *flags]
        argv += ["--requirement", str(file), "--cache-dir", str(context.temp_folder / "http")]
        output = context.run_program(argv, network=network, exit_codes=(0, 1))
        if output.exit_code == 1 and not output.stdout.strip() and _NETWORK_ERRORS.search(output.stderr):
            raise UnreachableError(service, may_recover=bool(_BUSY.search(output.stderr)))
        return _parse(output.stdout, batch, service)
    except ScanError as error:
        if (isinstance(error, UnreachableError) and network) or error.kind is GapKind.INTERRUPTED:
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
        return not_found(service)
    if dependency.version != version:
        return ScanError(GapKind.GARBAGE, "pip-audit reported another version")
    if not isinstance(dependency.vulns, list):
        return ScanError(GapKind.GARBAGE, "pip-audit reported no list of vulnerabilities")
    return tuple(Vulnerability(each.id, tuple(each.aliases), tuple(each.fix_versions)) for each in dependency.vulns)

"""Looks at an installation and a tree as a scan would, and scans nothing: what would be missing is known before."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from scangate import __version__
from scangate.advisories.store import Store
from scangate.advisories.store_paths import default_store_path
from scangate.app.events import Events
from scangate.app.requests import ScanRequest
from scangate.app.scan_setup import ScanSetup
from scangate.app.scanning import find_commit, load_setup
from scangate.app.session import Session, open_session
from scangate.ci import SYSTEMS, detect_build, find_pull_request
from scangate.errors import ScangateError
from scangate.judge.coverage import measure_coverage
from scangate.judge.evaluation import evaluate
from scangate.model import (
    Check,
    CheckArea,
    CheckStatus,
    Diagnosis,
    FileAccounting,
    Gap,
    GapKind,
    ScanResult,
    ScanStatus,
    Targets,
)
from scangate.report.decision_text import describe_note
from scangate.scan.cache_store import CacheStore, default_cache_directory
from scangate.scan.content_types import group_by_type
from scangate.scan.listing import Listing
from scangate.scan.mac_key import KEY_VARIABLE
from scangate.scan.masking import mask_arguments
from scangate.scan.plan import ScannerTask, ScanPlan, assign_files, call_guarded, gap_from_error
from scangate.scan.results import with_hint
from scangate.scan.skipping import find_repeated_links
from scangate.timestamps import today
from scangate.tools import pip_audit
from scangate.tools.advisory_services import PROBE_URLS

MIB = 1024 * 1024
OWN_VARIABLES = "SCANGATE_"
PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
CERTIFICATE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
IGNORED_FILES = (".scangateignore", ".semgrepignore", ".bandit")
"""Configuration that people expect to be read. https://semgrep.dev/docs/ignoring-files-folders-code and bandit's manual."""
SKIP_HINT = "say what is not scanned in the policy, with a reason: paths: {exclude: [{path: DIR/, reason: WHY}]}"
ONLINE_SECONDS = 2.0


def diagnose(request: ScanRequest, *, online: bool = False) -> Diagnosis:
    """What a scan of ``request`` would have, and lack. ``online``: also ask the advisory services whether they answer.

    Raises UsageError if the tree cannot be read; a policy that cannot be used is a problem like others.
    """
    return Diagnosis(tuple(map(_mask, _list_checks(request, online=online))))


def _mask(check: Check) -> Check:
    """The check without credentials: names of files and branches, policies and variables come from outside."""
    name, detail, hint = map(mask_arguments, (check.name, check.detail, check.hint))
    return msgspec.structs.replace(check, name=name, detail=detail, hint=hint)


def _list_checks(request: ScanRequest, *, online: bool) -> Sequence[Check]:
    environ = os.environ
    with open_session(request.root) as session:
        checks = [*_check_program(), *_check_environment(environ), *_check_repository(session, environ)]
        network = list(_check_network(environ, online=online))
        try:
            setup = load_setup(request, session, Events())
        except ScangateError as error:
            checks.append(Check(CheckArea.POLICY, "policy", error.message, CheckStatus.PROBLEM, error.hint))
            return (*checks, *_check_caches(session, environ), *network)
        plan, listing = setup.build_plan(), setup.list_targets(session)
        results = tuple(_foresee(task, listing, plan) for task in plan.tasks)
        if online and all(check.status is not CheckStatus.OK for check in network if check.name in PROBE_URLS):
            results = tuple(_without_answers(result) for result in results)
        checks += [
            *_check_policy(setup),
            *_check_scanners(plan.tasks, results),
            *_check_caches(session, environ),
            *network,
        ]
        targets = _describe_targets(listing, plan)
        return (*checks, *_check_files(targets), *_check_coverage(setup, plan, targets, results))


def _check_program() -> Iterator[Check]:
    yield Check(CheckArea.PROGRAM, "scangate", f"{__version__} in {Path(__file__).parents[1]}")
    system = f"{platform.system()} {platform.machine()}"
    yield Check(CheckArea.PROGRAM, "python", f"{platform.python_version()} in {sys.prefix}, {system}")


def _check_environment(environ: Mapping[str, str]) -> Iterator[Check]:
    """The names of our variables: a value may be a key."""
    names = sorted(name for name in environ if name.startswith(OWN_VARIABLES))
    yield Check(CheckArea.ENVIRONMENT, "variables", ", ".join(names) or "none of scangate's own")


def _check_repository(session: Session, environ: Mapping[str, str]) -> Iterator[Check]:
    repository = session.repository
    where = f"{session.root}, {session.scope} of it" if session.scope else str(session.root)
    if repository is None:
        hint = "a policy for each folder, --since and --staged need git: git init"
        yield Check(CheckArea.REPOSITORY, "git", f"{where} is no git repository", CheckStatus.WARNING, hint)
    else:
        commit = find_commit(session)
        yield Check(CheckArea.REPOSITORY, "git", f"{where}, {f'commit {commit[:12]}' if commit else 'no commit yet'}")
        is_shallow, error = call_guarded(repository.is_shallow)
        if error is not None or is_shallow:
            hint = "clone all commits for --since and scangate history: git fetch --unshallow"
            yield Check(CheckArea.REPOSITORY, "history", "the clone is shallow", CheckStatus.WARNING, hint)
    yield Check(CheckArea.REPOSITORY, "build", _describe_build(environ))
    for name in IGNORED_FILES:
        if (session.root / name).is_file():
            yield Check(CheckArea.REPOSITORY, name, "this file is not read", CheckStatus.WARNING, SKIP_HINT)


def _describe_build(environ: Mapping[str, str]) -> str:
    """The CI system, and for what the build is, as `scangate.ci` recognizes them."""
    request = find_pull_request(environ)
    if request is not None:
        return f"{request.system}: a pull request for {request.target or 'an unknown branch'}"
    build = detect_build(environ)
    if build is not None:
        return f"CodeBuild: project {build.project}, no pull request"
    system = next((each.name for each in SYSTEMS if any(environ.get(name) for name, _ in each.target)), "")
    return f"{system}: no pull request" if system else "no CI system recognized, so no pull request"


def _check_policy(setup: ScanSetup) -> Iterator[Check]:
    policy, provenance = setup.policy, setup.inputs.provenance
    origin = provenance.origin.value if provenance.origin is not None else "unknown"
    name = f"{policy.name} ({policy.environment})" if policy.environment else policy.name
    yield Check(CheckArea.POLICY, "policy", f"{name}, {origin}, digest {policy.digest[:12]}")
    yield Check(CheckArea.POLICY, "files", ", ".join(policy.sources))
    if provenance.floor:
        yield Check(CheckArea.POLICY, "floor", provenance.floor)
    baseline = setup.inputs.baseline
    count = sum(entry.count for entry in baseline.entries)
    yield Check(CheckArea.POLICY, "baseline", f"{baseline.file or 'the baseline'}: {count:,} findings" if count else "none")
    for note in (*setup.inputs.notes, *map(describe_note, setup.inputs.changes)):
        yield Check(CheckArea.POLICY, "note", note, CheckStatus.WARNING)


def _foresee(task: ScannerTask, listing: Listing, plan: ScanPlan) -> ScanResult:
    """The result of a run in which the scanner does all that it can."""
    name = task.scanner.NAME
    if task.skip_reason:
        return ScanResult(name, "", ScanStatus.SKIPPED, reason=task.skip_reason)
    version, error = call_guarded(task.scanner.version)
    paths = tuple(sorted(target.path for target in assign_files(task, listing, plan.exclusions).targets))
    if error is not None:
        return ScanResult(name, "", ScanStatus.FAILED, gaps=(gap_from_error(name, None, error),))
    return ScanResult(name, version or "", ScanStatus.COMPLETE, files_given=len(paths), analyzed_files=paths)


def _without_answers(result: ScanResult) -> ScanResult:
    """The result of pip-audit if no service answers and there is no store."""
    has_store = default_store_path(os.environ).exists()
    if result.scanner != pip_audit.NAME or not result.analyzed_files or has_store:
        return result
    hint = "allow the network, or use a store: scangate advisories import FILE.zip"
    gap = Gap(result.scanner, None, GapKind.ADVISORY_UNANSWERED, "no advisory service answers", hint=hint)
    return msgspec.structs.replace(result, status=ScanStatus.PARTIAL, gaps=(gap,))


def _check_scanners(tasks: Sequence[ScannerTask], results: Sequence[ScanResult]) -> Iterator[Check]:
    ranges = _list_tested_ranges()
    for task, result in zip(tasks, results, strict=True):
        name = result.scanner
        if result.status is ScanStatus.SKIPPED:
            yield Check(CheckArea.SCANNERS, name, f"does not run: {result.reason}")
        elif result.status is ScanStatus.FAILED:
            gap = result.gaps[0]
            yield Check(CheckArea.SCANNERS, name, gap.reason, CheckStatus.PROBLEM, gap.hint)
        else:
            tested = ranges.get(name, "")
            whole = ", does not confirm which" if task.traits.accounting is FileAccounting.WHOLE_RUN else ""
            detail = f"{result.version}, {len(result.analyzed_files):,} files{whole}"
            if tested and not _is_within(result.version, tested):
                hint = f"pip install '{name}{tested}'"
                yield Check(CheckArea.SCANNERS, name, f"{detail}; tested with {tested}", CheckStatus.WARNING, hint)
            else:
                yield Check(CheckArea.SCANNERS, name, detail)


def _list_tested_ranges() -> Mapping[str, str]:
    """The version range of each distribution that the package names, by name; empty without the package's metadata."""
    from importlib.metadata import PackageNotFoundError, requires  # noqa: PLC0415 -- slow to import

    from packaging.requirements import Requirement  # noqa: PLC0415

    try:
        found = [Requirement(text) for text in requires("scangate") or ()]
    except PackageNotFoundError:
        return {}
    return {each.name: str(each.specifier) for each in found}


def _is_within(version: str, tested: str) -> bool:
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 -- slow to import

    try:
        return SpecifierSet(tested).contains(version, prereleases=True)
    except ValueError:
        return False


def _check_caches(session: Session, environ: Mapping[str, str]) -> Iterator[Check]:
    try:
        directory = default_cache_directory(environ)
        cache = CacheStore(directory, session.root, secret=environ.get(KEY_VARIABLE, ""), now=time.time())
        facts, notes = cache.stats(), cache.notes
        cache.close()
        detail = f"{directory}: {facts.rows:,} entries, {facts.size / MIB:.1f} of at most {facts.limit / MIB:.0f} MiB"
        yield Check(CheckArea.CACHES, "results", "; ".join((detail, *notes)), CheckStatus.WARNING if notes else CheckStatus.OK)
    except ScangateError as error:
        yield Check(CheckArea.CACHES, "results", f"not used: {error.message}", CheckStatus.WARNING, error.hint)
    yield _check_store(environ)


def _check_store(environ: Mapping[str, str]) -> Check:
    hint = "scangate advisories update, or without a network: scangate advisories import FILE.zip"
    try:
        path = default_store_path(environ)
        if not path.exists():
            return Check(CheckArea.CACHES, "advisories", f"no store at {path}: services are asked", hint=hint)
        with Store.open(path) as opened:
            info = opened.info()
    except ScangateError as error:
        return Check(CheckArea.CACHES, "advisories", error.message, CheckStatus.WARNING, error.hint)
    return Check(CheckArea.CACHES, "advisories", f"{path}: {info.records:,} advisories, newest {info.newest}")


def _check_network(environ: Mapping[str, str], *, online: bool) -> Iterator[Check]:
    for names, label, default in (
        (PROXY_VARIABLES, "proxy", "none in the environment"),
        (CERTIFICATE_VARIABLES, "certificates", "those of Python's libraries"),
    ):
        said = [f"{name}={value}" for name in names if (value := environ.get(name) or environ.get(name.lower()))]
        missing = label == "certificates" and [text for text in said if not Path(text.partition("=")[2]).exists()]
        status = CheckStatus.WARNING if missing else CheckStatus.OK
        hint = "there is no such file: unset the variable, or name an existing file" if missing else ""
        yield Check(CheckArea.NETWORK, label, ", ".join(said) or default, status, hint)
    yield from _probe_services() if online else _list_services()


def _list_services() -> Iterator[Check]:
    for name, url in PROBE_URLS.items():
        yield Check(CheckArea.NETWORK, name, f"{url} would be asked about dependencies; not tried without --online")


def _probe_services() -> Iterator[Check]:
    from scangate.advisories.reachability import ServiceProbe  # noqa: PLC0415 -- slow to import, and only for --online

    probe = ServiceProbe({str(name): url for name, url in PROBE_URLS.items()}, ONLINE_SECONDS)
    for name, url in PROBE_URLS.items():
        failure = probe.failure(name)
        hint = "check the proxy and the certificates above; without a network: scangate advisories import FILE.zip"
        yield (
            Check(CheckArea.NETWORK, name, f"{url}: {failure}", CheckStatus.WARNING, hint)
            if failure
            else Check(CheckArea.NETWORK, name, f"{url} answers")
        )


def _describe_targets(listing: Listing, plan: ScanPlan) -> Targets:
    """The list of files as a scan has it: with the gaps of their content, and their types."""
    links = find_repeated_links(listing.targets, listing.companions, plan.exclusions)
    gaps = tuple(map(with_hint, (*listing.summary.gaps, *listing.content_gaps)))
    return msgspec.structs.replace(listing.summary, gaps=gaps, content=group_by_type(listing, links))


def _check_files(targets: Targets) -> Iterator[Check]:
    yield Check(CheckArea.FILES, "all", f"{targets.file_count:,} from {targets.source.value}")
    for content in sorted(targets.content, key=lambda each: (-len(each.paths), each.content_type)):
        yield Check(CheckArea.FILES, content.content_type or "unknown", f"{len(content.paths):,}")


def _check_coverage(setup: ScanSetup, plan: ScanPlan, targets: Targets, results: Sequence[ScanResult]) -> Iterator[Check]:
    """The gaps that a scan would have: those that are known without it."""
    inputs = setup.inputs
    declared = {task.scanner.NAME: task.declared_coverage for task in plan.tasks}
    coverage = measure_coverage(targets, results, declared, inputs.policy)
    verdict = evaluate(
        results, targets, inputs.policy, today(), forced_gaps=inputs.forced_gaps, owners=inputs.owners, coverage=coverage
    )
    for ruling in verdict.gaps:
        gap = ruling.gap
        name = gap.path or gap.content_type or gap.scanner
        status = CheckStatus.PROBLEM if ruling.blocking else CheckStatus.WARNING
        reason = gap.reason if ruling.blocking else f"{gap.reason}; the policy allows it"
        yield Check(CheckArea.COVERAGE, name, reason, status, gap.hint if ruling.blocking else "")

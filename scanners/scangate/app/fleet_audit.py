"""Audits many repositories, stores each result as it arrives, and rolls them up."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from scangate import __version__
from scangate.app.events import Events
from scangate.app.interruption import Interruption
from scangate.app.policies import read_policy
from scangate.app.report_files import SPACE_HINT, ReportTarget, prepare
from scangate.app.session import Session, open_session
from scangate.errors import UsageError
from scangate.files import read_regular_file, write_atomically
from scangate.fleet import dask_cluster, html, markdown, rollup, trend
from scangate.fleet.repository_list import RepositoryEntry, read_repository_list
from scangate.fleet.repository_record import RepositoryRecord, decode_record, encode_record, incomplete_record
from scangate.fleet.worker import MARKER_VARIABLE, PAGE_FILE, RESULT_FILES, AuditResult, Job
from scangate.judge.policy import Policy
from scangate.judge.policy_dump import dump_policy
from scangate.judge.policy_files import is_policy_path
from scangate.model import EXIT_CODES, Outcome
from scangate.scan.cpu_limits import usable_cpus
from scangate.scan.process import terminate_marked
from scangate.timestamps import format_timestamp, today, utc_now

PAGES: Mapping[str, Callable[[rollup.Rollup], str]] = {
    "fleet.json": rollup.render,
    "fleet.md": markdown.render,
}
HTML_PAGE = "fleet.html"
HISTORY_DIR = "history"
"""The summaries of runs, in the output directory."""
MEMBERS_DIR = "repositories"
KILL_GRACE_SECONDS = 10.0
MAX_RUN_BYTES = 1024 * 1024


class FleetRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An audit of the repositories in the file ``listing``.

    ``policy``: a bundled policy or a file, for all of them; None for each repository's own. ``floor``: bounds either.
    ``timeout``: seconds for the fetch and for the scan of each. ``resume``: keep today's verdicts in ``output_dir``.
    ``scheduler``: a Dask scheduler's address; by default a local cluster with ``workers`` processes.
    """

    listing: Path
    policy: str | None = "baseline"
    environment: str | None = None
    floor: str | None = None
    output_dir: Path = Path("scangate-fleet")
    resume: bool = False
    scheduler: str | None = None
    workers: int | None = None
    timeout: float = 3600.0


class FleetEvents(Events):
    """`Events`, with those of a fleet."""

    def on_start(self, done: int, total: int) -> None:
        """Called once, with the number of repositories and how many of them need no audit."""

    def on_record(self, record: RepositoryRecord) -> None:
        """Called when the audit of a repository has ended."""


class _Policy(msgspec.Struct, frozen=True):
    """A resolved policy as sent to the workers, and its digest; both empty for a repository's own."""

    text: str = ""
    digest: str = ""


def audit_fleet(
    request: FleetRequest, events: FleetEvents | None = None, interruption: Interruption | None = None
) -> rollup.Rollup:
    """Audits the fleet and writes the roll-up; its exit code is that of the worst verdict.

    Raises UsageError and PolicyError before the first audit.
    """
    events, interruption = events or FleetEvents(), interruption or Interruption()
    entries = read_repository_list(request.listing)
    with open_session(Path()) as session:
        interruption.on_interrupt(session.processes.cancel)
        jobs = tuple(_build_jobs(entries, request, session))
        _prepare(request, session, jobs)
        started = format_timestamp(utc_now())
        records = dict(_load_resumable(request, jobs, events))
        events.on_start(len(records), len(jobs))

        def on_result(job: Job, result: AuditResult | None, reason: str) -> None:
            record = records[job.repository.name] = _store_result(job, result, reason, request.output_dir)
            events.on_record(record)

        pending = [job for job in jobs if job.repository.name not in records]
        if pending:
            _run_jobs(*_connect(request, pending, session), on_result, interruption)
        for job in jobs:
            if job.repository.name not in records:
                reason = "interrupted before the end of its audit"
                records[job.repository.name] = incomplete_record(job.repository, job.request_digest, reason)
        rolled_up = rollup.roll_up(
            records.values(),
            tool_version=__version__,
            policy=_policy_name(request),
            started=started,
            finished=format_timestamp(utc_now()),
            interrupted=interruption.name,
            exit_code=interruption.code,
        )
    return _write_pages(rolled_up, request.output_dir, events)


def _build_jobs(entries: tuple[RepositoryEntry, ...], request: FleetRequest, session: Session) -> Iterator[Job]:
    marker, day = secrets.token_hex(16), today().isoformat()
    policies: dict[str, _Policy] = {"": _Policy()}
    floor = None if request.floor is None else _read_policy(_near_list(request.floor, request), request.environment, is_floor=True)
    floor_text = "" if floor is None else dump_policy(floor)
    for entry in entries:
        spec = entry.policy or request.policy or ""
        if not spec and entry.ref:
            message = (
                f"{request.listing}:{entry.line}: a repository's own policy is read from its default branch, not from {entry.ref}"
            )
            raise UsageError(message, "add policy=NAME|FILE to the line")
        if spec not in policies:
            policies[spec] = _check_policy(spec, request, session, floor)
        policy, environment = policies[spec], (request.environment or "") if spec else ""
        floor_digest = "" if floor is None or spec else floor.digest
        identity = (__version__, day, entry.address.display, entry.ref, policy.digest, environment, floor_digest)
        yield Job(
            repository=entry,
            request_digest=hashlib.sha256("\0".join(identity).encode("utf-8", "surrogateescape")).hexdigest(),
            policy_text=policy.text,
            policy_digest=policy.digest,
            floor_text="" if spec else floor_text,
            environment=environment,
            timeout=request.timeout,
            jobs=1,
            temp_root="",
            process_marker=marker,
        )


def _check_policy(spec: str, request: FleetRequest, session: Session, floor: Policy | None) -> _Policy:
    """The policy with all that it extends, bounded by the floor, so that the workers get exactly what was checked here."""
    text = dump_policy(_read_policy(_near_list(spec, request), request.environment, floor))
    copy = session.scratch_dir / "policy.yaml"
    copy.write_text(text, encoding="utf-8")
    return _Policy(text, _read_policy(str(copy), None).digest)


def _near_list(spec: str, request: FleetRequest) -> str:
    """A policy's file where it is next to the list, else as given."""
    file = Path(spec)
    near_list = request.listing.absolute().parent / file
    is_near_list = is_policy_path(spec) and len(file.parts) > 1 and not file.is_absolute() and near_list.is_file()
    return str(near_list) if is_near_list else spec


def _read_policy(spec: str, environment: str | None, floor: Policy | None = None, *, is_floor: bool = False) -> Policy:
    nowhere = Path("/nonexistent")  # the operator's policy is trusted wherever it is
    return read_policy(spec, environment, root=nowhere, floor=floor, is_floor=is_floor)


def _connect(request: FleetRequest, jobs: list[Job], session: Session) -> tuple[list[Job], AbstractContextManager[object]]:
    if request.scheduler is not None:
        has_credentials = any(job.repository.address.credentials for job in jobs)
        return jobs, dask_cluster.remote_cluster(request.scheduler, has_credentials=has_credentials)
    directory = session.scratch_dir / "fleet"
    directory.mkdir()
    workers = request.workers or usable_cpus()
    local_jobs = [msgspec.structs.replace(job, temp_root=str(directory)) for job in jobs]
    return local_jobs, dask_cluster.local_cluster(min(workers, len(jobs)), directory)


def _run_jobs(
    jobs: list[Job], client: AbstractContextManager[object], on_result: dask_cluster.OnResult, interruption: Interruption
) -> None:
    try:
        with client as connected:
            dask_cluster.run_jobs(connected, jobs, on_result, lambda: bool(interruption.name))
    finally:  # a worker may have died before its scan
        terminate_marked(f"{MARKER_VARIABLE}={jobs[0].process_marker}", KILL_GRACE_SECONDS)


def _store_result(job: Job, result: AuditResult | None, reason: str, output_dir: Path) -> RepositoryRecord:
    """Writes the record and reports of a repository; an incomplete record if that fails."""
    record = incomplete_record(job.repository, job.request_digest, reason) if result is None else result.record
    reports = {RESULT_FILES[0]: encode_record(record).encode()} if result is None else result.reports
    directory = output_dir / MEMBERS_DIR / job.repository.name
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in reversed(RESULT_FILES):  # the record last: it means that the others are complete
            if name in reports:
                write_atomically(directory / name, reports[name])
    except OSError as error:
        reason = f"its reports cannot be written: {error.strerror}"
        return incomplete_record(job.repository, job.request_digest, reason, "free some disk space: df -h")
    return record


def _prepare(request: FleetRequest, session: Session, jobs: tuple[Job, ...]) -> None:
    """Removes an earlier roll-up, and earlier results that cannot be resumed. Raises UsageError."""
    prepare([ReportTarget("json", request.output_dir / name) for name in (*PAGES, HTML_PAGE)], request.output_dir, session)
    members = request.output_dir / MEMBERS_DIR
    if members.is_symlink() or (members.exists() and not members.is_dir()):
        raise UsageError(f"{members} is not a directory of results", "choose another directory: --output-dir DIR")
    kept = {job.repository.name for job in jobs} if request.resume else set()
    for directory in sorted(members.iterdir()) if members.is_dir() else ():
        if directory.name not in kept and directory.is_dir() and not directory.is_symlink():
            for name in RESULT_FILES:
                (directory / name).unlink(missing_ok=True)


def _load_resumable(request: FleetRequest, jobs: tuple[Job, ...], events: FleetEvents) -> Iterator[tuple[str, RepositoryRecord]]:
    """The complete verdicts of an earlier run of today, with this scangate, policy and address."""
    for job in jobs if request.resume else ():
        name = job.repository.name
        file = request.output_dir / MEMBERS_DIR / name / RESULT_FILES[0]
        if not file.is_file() or file.is_symlink():
            continue
        try:
            record = decode_record(file.read_text("utf-8"))
        except (UsageError, OSError, UnicodeDecodeError):
            events.on_warning(f"{file} cannot be read; {name} is audited again")
            continue
        if record.key == job.request_digest and record.name == name and record.outcome is not Outcome.INCOMPLETE:
            yield name, msgspec.structs.replace(record, earlier=True)


def _policy_name(request: FleetRequest) -> str:
    environment = f" ({request.environment})" if request.environment else ""
    name = "of each repository" if request.policy is None else f"{request.policy}{environment}"
    return f"{name}, bounded by the floor {request.floor}" if request.floor else name


def _write_pages(rolled_up: rollup.Rollup, output_dir: Path, events: FleetEvents) -> rollup.Rollup:
    """Writes the roll-up in all formats; it is not a pass if that fails."""
    try:
        for name, render in PAGES.items():
            write_atomically(output_dir / name, render(rolled_up).encode("utf-8", "backslashreplace"))
        page = html.render(rolled_up, _list_pages(rolled_up, output_dir), _record_run(rolled_up, output_dir, events))
        write_atomically(output_dir / HTML_PAGE, page.encode("utf-8", "backslashreplace"))
    except OSError as error:
        events.on_warning(f"the roll-up cannot be written: {error.strerror}", SPACE_HINT)
        code = rolled_up.exit_code or EXIT_CODES[Outcome.INCOMPLETE]
        return msgspec.structs.replace(rolled_up, exit_code=code)
    return rolled_up


def _list_pages(rolled_up: rollup.Rollup, output_dir: Path) -> set[str]:
    """The names of the repositories that were scanned and have a page."""
    scanned = (record.name for record in rolled_up.records if record.tool_version)
    return {name for name in scanned if (output_dir / MEMBERS_DIR / name / PAGE_FILE).is_file()}


def _record_run(rolled_up: rollup.Rollup, output_dir: Path, events: FleetEvents) -> list[trend.RunSummary]:
    """Keeps the summary of this run, unless it was interrupted; those of the last runs, this one included. Raises OSError."""
    folder = output_dir / HISTORY_DIR
    if folder.is_symlink():
        events.on_warning(f"{folder} is a symbolic link, so no history is kept", "remove it")
        return []
    folder.mkdir(exist_ok=True)
    if not rolled_up.interrupted:
        run = trend.summarize_run(rolled_up)
        write_atomically(folder / run.file_name, trend.encode_run(run).encode("ascii"))
    runs = []
    for file in sorted(folder.glob("*.json"))[-trend.MAX_RUNS :]:
        try:
            runs.append(trend.decode_run(read_regular_file(file, MAX_RUN_BYTES).decode("utf-8")))
        except (UsageError, OSError, ValueError):
            events.on_warning(f"{file} cannot be read, and is left out of the trend", "remove it")
    return runs

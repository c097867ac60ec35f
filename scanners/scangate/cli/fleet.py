"""``scangate fleet``: audit many repositories, keep each answer as it comes, and end with the worst verdict's exit code."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import click
import msgspec

from scangate import __version__
from scangate.app import report_files
from scangate.app.interruption import Interruption, catch_signals
from scangate.app.scan import EXIT_CODES, Session, format_timestamp, open_session, scanner_option_types, today, utc_now
from scangate.app.scanner_registry import load_scanners
from scangate.cli import fleet_progress
from scangate.cli.console import silence_broken_pipes, warn
from scangate.errors import UsageError
from scangate.files import write_atomically
from scangate.fleet import dask_cluster, html, markdown, rollup
from scangate.fleet.repository_list import RepositoryEntry, read_repository_list
from scangate.fleet.repository_record import RepositoryRecord, decode_record, encode_record, incomplete_record
from scangate.fleet.worker import MARKER_VARIABLE, RESULT_FILES, AuditResult, Job
from scangate.judge.policy import Policy
from scangate.judge.policy_dump import dump_policy
from scangate.judge.policy_loader import load_policy
from scangate.model import Outcome
from scangate.report.escape import ci_log
from scangate.scan.cpu_limits import usable_cpus
from scangate.scan.process import terminate_marked
from scangate.tools import CommandOptions

__all__ = ["command"]

PAGES: Mapping[str, Callable[[rollup.Rollup], str]] = {
    "fleet.json": rollup.render,
    "fleet.md": markdown.render,
    "fleet.html": html.render,
}
MEMBERS_DIR = "repositories"
DEFAULT_POLICY = "baseline"
KILL_GRACE_SECONDS = 10.0


class FleetRequest(msgspec.Struct, frozen=True):
    """What the command line asks for. ``policy`` is None where each repository's own is to judge it."""

    policy: str | None
    environment: str
    timeout: float
    output_dir: Path
    resume: bool


class CheckedPolicy(msgspec.Struct, frozen=True):
    """A policy ready to be sent: its whole text and the digest of that text; both empty for a repository's own."""

    text: str = ""
    digest: str = ""


@click.command(short_help="Audit many repositories and roll their verdicts up.")
@click.argument("listing", type=click.Path(path_type=Path), metavar="LIST")
@click.option("--policy", metavar="NAME|FILE", help=f"A bundled policy or a file, for all of them  [default: {DEFAULT_POLICY}]")
@click.option(
    "--env", "environment", metavar="NAME", envvar="SCANGATE_ENV", show_envvar=True, help="The policy's environment block"
)
@click.option(
    "--use-repository-policy", "own", is_flag=True, help="Judge each repository by its own scangate.yaml, which starts nothing"
)
@click.option(
    *("--output-dir", "folder"),
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path("scangate-fleet"),
    show_default=True,
    help="Where each answer and the roll-up go",
)
@click.option("--resume", is_flag=True, help="Keep today's verdicts in that directory that are answers to the same question")
@click.option(
    "--scheduler", metavar="ADDRESS", help="A Dask scheduler, tls://HOST:PORT or tcp://HOST:PORT  [default: a local cluster]"
)
@click.option(
    "--workers", type=click.IntRange(1, 256), metavar="N", help="Repositories at a time, here  [default: the processors there are]"
)
@click.option(
    *("--timeout",),
    type=click.FloatRange(1, 86400),
    metavar="SECONDS",
    default=3600.0,
    show_default=True,
    help="For the fetching, and for the scan, of each",
)
@click.option("-q", "--quiet", is_flag=True, help="Print the roll-up's one line alone")
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    listing: Path,
    policy: str | None,
    environment: str | None,
    own: bool,
    folder: Path,
    resume: bool,
    scheduler: str | None,
    workers: int | None,
    timeout: float,
    quiet: bool,
) -> int:
    """Audit the repositories in LIST: one git URL (https, ssh, file) or path a line, with ref=, name= and policy= where wanted.

    The exit code is the worst verdict's: 1 where one fails, else 3 where one is incomplete, else 0.
    """
    if own and policy is not None:
        raise UsageError(
            "--policy and --use-repository-policy exclude each other", "a line of the list may have a policy=NAME|FILE"
        )
    ask = FleetRequest(None if own else policy or DEFAULT_POLICY, environment or "", timeout, folder, resume)
    entries = read_repository_list(listing)
    with catch_signals() as interruption, open_session(Path.cwd().resolve()) as place:
        interruption.on_interrupt(place.processes.cancel)
        jobs = tuple(_build_jobs(entries, listing, ask, place))
        _prepare(ask, place, jobs)
        started = format_timestamp(utc_now())
        records = dict(_load_resumable(ask, jobs))
        left = [job for job in jobs if job.repository.name not in records]
        with fleet_progress.show_fleet_progress(len(records), len(jobs), quiet=quiet) as progress:

            def told(job: Job, answer: AuditResult | None, why: str) -> None:
                records[job.repository.name] = _store_result(job, answer, why, folder)
                progress(records[job.repository.name])

            if left:
                client = _connect(scheduler, workers or usable_cpus(), left, place)
                _run_jobs(left, client, told, interruption)
        for job in jobs:
            if job.repository.name not in records:
                records[job.repository.name] = incomplete_record(
                    job.repository, job.request_digest, "interrupted before its audit had come to an end"
                )
        rolled = rollup.roll_up(
            records.values(),
            tool_version=__version__,
            policy=_policy_name(ask),
            started=started,
            finished=format_timestamp(utc_now()),
            interrupted=interruption.name,
            exit_code=interruption.code,
        )
    return _write_rollup(rolled, folder)


def _build_jobs(entries: tuple[RepositoryEntry, ...], listing: Path, request: FleetRequest, session: Session) -> Iterator[Job]:
    mark, day = secrets.token_hex(16), today().isoformat()
    policies: dict[str, CheckedPolicy] = {}
    for entry in entries:
        spec = entry.policy or request.policy or ""
        if not spec and entry.ref:
            raise UsageError(
                f"{listing}:{entry.line}: a repository's own policy is that of its default branch, not of {entry.ref}",
                "give the line a policy=NAME|FILE",
            )
        if spec not in policies:
            policies[spec] = _check_policy(spec, listing, request, session) if spec else CheckedPolicy()
        policy = policies[spec]
        asked = (__version__, day, entry.address.display, entry.ref, policy.digest, "" if spec else request.environment)
        yield Job(
            repository=entry,
            request_digest=hashlib.sha256("\0".join(asked).encode("utf-8", "surrogateescape")).hexdigest(),
            policy_text=policy.text,
            policy_digest=policy.digest,
            environment="" if spec else request.environment,
            timeout=request.timeout,
            jobs=1,
            temp_root="",
            process_marker=mark,
        )


def _check_policy(spec: str, listing: Path, request: FleetRequest, session: Session) -> CheckedPolicy:
    """A policy as one text that extends nothing: what is sent to the workers is what was checked here."""
    file = Path(spec)
    beside = listing.absolute().parent / file
    policy = _load_policy(
        str(beside) if len(file.parts) > 1 and not file.is_absolute() and beside.is_file() else spec, request.environment or None
    )
    text = dump_policy(policy)
    copy = session.scratch_dir / "policy.yaml"
    copy.write_text(text, encoding="utf-8")
    return CheckedPolicy(text, _load_policy(str(copy), None).digest)


def _load_policy(spec: str, environment: str | None) -> Policy:
    return load_policy(
        spec,
        Path("/nonexistent"),  # the policy is the operator's, wherever it lies
        environment,
        scanner_options=scanner_option_types(load_scanners()),
        command_options=CommandOptions,
        trusted=True,
        today=today(),
    )


def _connect(scheduler: str | None, workers: int, jobs: list[Job], session: Session) -> AbstractContextManager[object]:
    if scheduler is not None:
        return dask_cluster.remote_cluster(scheduler, has_credentials=any(job.repository.address.credentials for job in jobs))
    private = session.scratch_dir / "fleet"
    private.mkdir()
    jobs[:] = [msgspec.structs.replace(job, temp_root=str(private)) for job in jobs]
    return dask_cluster.local_cluster(min(workers, len(jobs)), private)


def _run_jobs(
    jobs: list[Job], client: AbstractContextManager[object], on_result: dask_cluster.OnResult, interruption: Interruption
) -> None:
    try:
        with client as connected:
            dask_cluster.run_jobs(connected, jobs, on_result, lambda: bool(interruption.name))
    finally:
        terminate_marked(f"{MARKER_VARIABLE}={jobs[0].process_marker}", KILL_GRACE_SECONDS)  # scans whose worker is gone


def _store_result(job: Job, answer: AuditResult | None, reason: str, folder: Path) -> RepositoryRecord:
    """The record, after it and the reports are on disk; one that cannot be kept is no pass."""
    record = incomplete_record(job.repository, job.request_digest, reason) if answer is None else answer.record
    reports = {RESULT_FILES[0]: encode_record(record).encode()} if answer is None else answer.reports
    place = folder / MEMBERS_DIR / job.repository.name
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name in reversed(RESULT_FILES):  # the record last: where it is, all is
            if name in reports:
                write_atomically(place / name, reports[name])
    except OSError as error:
        return incomplete_record(
            job.repository, job.request_digest, f"its reports cannot be kept: {error.strerror}", "make room: df -h"
        )
    return record


def _prepare(request: FleetRequest, session: Session, jobs: tuple[Job, ...]) -> None:
    """Earlier roll-ups go before anything else happens; earlier answers, too, unless they may be kept."""
    pages = [report_files.ReportTarget("json", request.output_dir / name) for name in PAGES]
    report_files.prepare(pages, request.output_dir, session.worktree, session.is_tracked)
    each = request.output_dir / MEMBERS_DIR
    if each.is_symlink() or (each.exists() and not each.is_dir()):
        raise UsageError(f"{each} is no directory of ours", "name another one: --output-dir DIR")
    wanted = {job.repository.name for job in jobs} if request.resume else set()
    for folder in sorted(each.iterdir()) if each.is_dir() else ():
        if folder.name not in wanted and folder.is_dir() and not folder.is_symlink():
            for name in RESULT_FILES:
                (folder / name).unlink(missing_ok=True)


def _load_resumable(request: FleetRequest, jobs: tuple[Job, ...]) -> Iterator[tuple[str, RepositoryRecord]]:
    """Today's verdicts of an earlier run: of this scangate, this policy, this address. What was incomplete is done again."""
    for job in jobs if request.resume else ():
        file = request.output_dir / MEMBERS_DIR / job.repository.name / RESULT_FILES[0]
        if not file.is_file() or file.is_symlink():
            continue
        try:
            record = decode_record(file.read_text("utf-8"))
        except (UsageError, OSError, UnicodeDecodeError):
            warn(f"scangate: {file} cannot be read, and {job.repository.name} is audited again")
            continue
        if record.key == job.request_digest and record.name == job.repository.name and record.outcome is not Outcome.INCOMPLETE:
            yield record.name, msgspec.structs.replace(record, earlier=True)


def _policy_name(request: FleetRequest) -> str:
    if request.policy is None:
        return "of each repository"
    return f"{request.policy} ({request.environment})" if request.environment else request.policy


def _write_rollup(rollup: rollup.Rollup, folder: Path) -> int:
    """Writes the roll-up and says it in one line; one that nobody can read afterwards is no pass."""
    code = rollup.exit_code
    try:
        for name, page in {name: render(rollup) for name, render in PAGES.items()}.items():
            write_atomically(folder / name, page.encode("utf-8", "backslashreplace"))
    except OSError as error:
        warn(f"scangate: the roll-up cannot be written: {error.strerror}")
        warn("hint: make room, or choose another place: --output-dir DIR")
        code = code or EXIT_CODES[Outcome.INCOMPLETE]
    try:
        click.echo(ci_log(f"{rollup.outcome.value}: {rollup.summary}; see {folder / 'fleet.html'}"))
    except BrokenPipeError:
        silence_broken_pipes()
    return code

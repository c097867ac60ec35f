"""``scangate fleet``: audit many repositories, keep each answer as it comes, and end with the worst verdict's exit code."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import click
import msgspec

from scangate import __version__
from scangate.cli import fleet_progress, output
from scangate.cli.interruption import Interruption, watched
from scangate.cli.listener import hush, remark
from scangate.cli.registry import known
from scangate.cli.run import EXIT_CODES, Site, now, option_types, site, stamp, today
from scangate.errors import UsageError
from scangate.fleet import cluster, html, markdown, rollup
from scangate.fleet.audit import FILES, MARK, Answer, Job
from scangate.fleet.listing import Entry, read
from scangate.fleet.record import Record, decode, encode, lost
from scangate.judge.policy import Policy
from scangate.judge.reading import load
from scangate.judge.showing import show
from scangate.model import Outcome
from scangate.report.escape import ci
from scangate.scan.process import end_marked
from scangate.tools import CommandOptions

__all__ = ["command"]

PAGES: Mapping[str, Callable[[rollup.Rollup], str]] = {
    "fleet.json": rollup.render,
    "fleet.md": markdown.render,
    "fleet.html": html.render,
}
EACH = "repositories"
DEFAULT_POLICY = "baseline"
GRACE = 10.0


class Ask(msgspec.Struct, frozen=True):
    """What the command line asks for. ``policy`` is None where each repository's own is to judge it."""

    policy: str | None
    environment: str
    timeout: float
    folder: Path
    resume: bool


class Known(msgspec.Struct, frozen=True):
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
    ask = Ask(None if own else policy or DEFAULT_POLICY, environment or "", timeout, folder, resume)
    entries = read(listing)
    with watched() as interruption, site(Path.cwd().resolve()) as place:
        interruption.then(place.processes.cancel)
        jobs = tuple(_jobs(entries, listing, ask, place))
        _prepare(ask, place, jobs)
        started = stamp(now())
        records = dict(_remembered(ask, jobs))
        left = [job for job in jobs if job.entry.name not in records]
        with fleet_progress.shown(len(records), len(jobs), quiet=quiet) as progress:

            def told(job: Job, answer: Answer | None, why: str) -> None:
                records[job.entry.name] = _kept(job, answer, why, folder)
                progress(records[job.entry.name])

            if left:
                client = _client(scheduler, workers or len(os.sched_getaffinity(0)), left, place)
                _audit(left, client, told, interruption)
        for job in jobs:
            if job.entry.name not in records:
                records[job.entry.name] = lost(job.entry, job.key, "interrupted before its audit had come to an end")
        rolled = rollup.roll_up(
            records.values(),
            tool_version=__version__,
            policy=_named(ask),
            started=started,
            finished=stamp(now()),
            interrupted=interruption.name,
            code=interruption.code,
        )
    return _ending(rolled, folder)


def _jobs(entries: tuple[Entry, ...], listing: Path, ask: Ask, place: Site) -> Iterator[Job]:
    mark, day = secrets.token_hex(16), today().isoformat()
    policies: dict[str, Known] = {}
    for entry in entries:
        spec = entry.policy or ask.policy or ""
        if not spec and entry.ref:
            raise UsageError(
                f"{listing}:{entry.line}: a repository's own policy is that of its default branch, not of {entry.ref}",
                "give the line a policy=NAME|FILE",
            )
        if spec not in policies:
            policies[spec] = _known(spec, listing, ask, place) if spec else Known()
        policy = policies[spec]
        asked = (__version__, day, entry.address.shown, entry.ref, policy.digest, "" if spec else ask.environment)
        yield Job(
            entry=entry,
            key=hashlib.sha256("\0".join(asked).encode("utf-8", "surrogateescape")).hexdigest(),
            policy=policy.text,
            digest=policy.digest,
            environment="" if spec else ask.environment,
            timeout=ask.timeout,
            jobs=1,
            folder="",
            mark=mark,
        )


def _known(spec: str, listing: Path, ask: Ask, place: Site) -> Known:
    """A policy as one text that extends nothing: what is sent to the workers is what was checked here."""
    file = Path(spec)
    beside = listing.absolute().parent / file
    policy = _load(
        str(beside) if len(file.parts) > 1 and not file.is_absolute() and beside.is_file() else spec, ask.environment or None
    )
    text = show(policy)
    copy = place.folder / "policy.yaml"
    copy.write_text(text, encoding="utf-8")
    return Known(text, _load(str(copy), None).digest)


def _load(spec: str, environment: str | None) -> Policy:
    return load(
        spec,
        Path("/nonexistent"),  # the policy is the operator's, wherever it lies
        environment,
        scanner_options=option_types(known()),
        command_options=CommandOptions,
        trusted=True,
        today=today(),
    )


def _client(scheduler: str | None, workers: int, jobs: list[Job], place: Site) -> AbstractContextManager[object]:
    if scheduler is not None:
        return cluster.remote(scheduler, secret=any(job.entry.address.login for job in jobs))
    private = place.folder / "fleet"
    private.mkdir()
    jobs[:] = [msgspec.structs.replace(job, folder=str(private)) for job in jobs]
    return cluster.local(min(workers, len(jobs)), private)


def _audit(jobs: list[Job], client: AbstractContextManager[object], told: cluster.Told, interruption: Interruption) -> None:
    try:
        with client as connected:
            cluster.carry_out(connected, jobs, told, lambda: bool(interruption.name))
    finally:
        end_marked(f"{MARK}={jobs[0].mark}", GRACE)  # scans whose worker is gone


def _kept(job: Job, answer: Answer | None, why: str, folder: Path) -> Record:
    """The record, after it and the reports are on disk; one that cannot be kept is no pass."""
    record = lost(job.entry, job.key, why) if answer is None else answer.record
    reports = {FILES[0]: encode(record).encode()} if answer is None else answer.reports
    place = folder / EACH / job.entry.name
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name in reversed(FILES):  # the record last: where it is, all is
            if name in reports:
                output.put(place / name, reports[name])
    except OSError as error:
        return lost(job.entry, job.key, f"its reports cannot be kept: {error.strerror}", "make room: df -h")
    return record


def _prepare(ask: Ask, place: Site, jobs: tuple[Job, ...]) -> None:
    """Earlier roll-ups go before anything else happens; earlier answers, too, unless they may be kept."""
    pages = [output.Output("json", ask.folder / name) for name in PAGES]
    output.prepare(pages, ask.folder, place.top, place.tracks)
    each = ask.folder / EACH
    if each.is_symlink() or (each.exists() and not each.is_dir()):
        raise UsageError(f"{each} is no directory of ours", "name another one: --output-dir DIR")
    wanted = {job.entry.name for job in jobs} if ask.resume else set()
    for folder in sorted(each.iterdir()) if each.is_dir() else ():
        if folder.name not in wanted and folder.is_dir() and not folder.is_symlink():
            for name in FILES:
                (folder / name).unlink(missing_ok=True)


def _remembered(ask: Ask, jobs: tuple[Job, ...]) -> Iterator[tuple[str, Record]]:
    """Today's verdicts of an earlier run: of this scangate, this policy, this address. What was incomplete is done again."""
    for job in jobs if ask.resume else ():
        file = ask.folder / EACH / job.entry.name / FILES[0]
        if not file.is_file() or file.is_symlink():
            continue
        try:
            record = decode(file.read_text("utf-8"))
        except (UsageError, OSError, UnicodeDecodeError):
            remark(f"scangate: {file} cannot be read, and {job.entry.name} is audited again")
            continue
        if record.key == job.key and record.name == job.entry.name and record.outcome is not Outcome.INCOMPLETE:
            yield record.name, msgspec.structs.replace(record, earlier=True)


def _named(ask: Ask) -> str:
    if ask.policy is None:
        return "of each repository"
    return f"{ask.policy} ({ask.environment})" if ask.environment else ask.policy


def _ending(rolled: rollup.Rollup, folder: Path) -> int:
    """Writes the roll-up and says it in one line; one that nobody can read afterwards is no pass."""
    code = rolled.exit_code
    try:
        for name, page in {name: render(rolled) for name, render in PAGES.items()}.items():
            output.put(folder / name, page.encode("utf-8", "backslashreplace"))
    except OSError as error:
        remark(f"scangate: the roll-up cannot be written: {error.strerror}")
        remark("hint: make room, or choose another place: --output-dir DIR")
        code = code or EXIT_CODES[Outcome.INCOMPLETE]
    try:
        click.echo(ci(f"{rolled.outcome.value}: {rolled.because}; see {folder / 'fleet.html'}"))
    except BrokenPipeError:
        hush()
    return code

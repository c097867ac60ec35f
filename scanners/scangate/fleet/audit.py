"""Audits one repository on the machine it is sent to: fetched where it must be, scanned by a scangate of its own, read back."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from scangate import __version__
from scangate.errors import Unreadable, UsageError
from scangate.fleet.fetch import fetch
from scangate.fleet.listing import Entry
from scangate.fleet.record import Record, encode, lost, made_of
from scangate.model import GapKind
from scangate.report.reading import MOST_CHARACTERS, recall
from scangate.scan.process import Output, Processes

__all__ = ["FILES", "MARK", "Answer", "Job", "audit"]

FILES = ("repository.json", "verdict.json", "summary.md")
"""What is kept of a repository: the record, and what its scan wrote; ``scangate gate`` makes any other report of it."""

MARK = "SCANGATE_FLEET"
VERDICTS = {0, 1, 3}
LONGEST_REASON = 300


class Job(msgspec.Struct, frozen=True):
    """One repository to audit. ``policy`` is a policy's whole text, empty for the repository's own, and ``digest`` its digest.

    ``folder`` is where private folders are made, empty for the machine's temporary one. ``mark`` is in the environment of every
    scan of this fleet. ``timeout`` in seconds is for each of fetching and scanning.
    """

    entry: Entry
    key: str
    policy: str
    digest: str
    environment: str
    timeout: float
    jobs: int
    folder: str
    mark: str

    def __repr__(self) -> str:
        return f"Job({self.entry.name})"


class Answer(msgspec.Struct, frozen=True):
    """The record of a repository, and the reports of its scan by their file names."""

    record: Record
    reports: dict[str, bytes]


def audit(job: Job) -> Answer:
    """Fetches, scans, reads back. Whatever goes wrong is told in the record, which is then no pass."""
    private = Path(tempfile.mkdtemp(prefix="scangate-fleet-", dir=job.folder or None)).resolve()
    tree = private / "tree" / job.entry.name
    processes = Processes(private, tree, os.environ)
    try:
        return _scanned(job, _root(job, tree, processes), private, processes)
    except Unreadable as fault:
        return _lost(job, fault.reason, fault.hint)
    except UsageError as error:
        return _lost(job, error.message, error.hint)
    except OSError as error:
        return _lost(job, f"the machine says: {error.strerror or type(error).__name__}")
    finally:
        processes.sweep()
        shutil.rmtree(private, ignore_errors=True)


def _lost(job: Job, because: str, hint: str = "") -> Answer:
    record = lost(job.entry, job.key, because, hint)
    return Answer(record, {FILES[0]: encode(record).encode()})


def _root(job: Job, tree: Path, processes: Processes) -> Path:
    """A path is scanned where it lies, unless what is asked for is in its history or it is nothing but history."""
    address = job.entry.address
    if not address.protocol:
        root = Path(address.url)
        if not root.is_dir():
            raise Unreadable(GapKind.UNREADABLE, f"no such directory: {root}", "mend its line in the list")
        if not job.entry.ref and not _is_bare(root):
            return root
    tree.parent.mkdir()
    fetch(address, job.entry.ref, tree, processes, job.timeout)
    return tree


def _is_bare(root: Path) -> bool:
    """Whether a folder is a git repository without a work tree: to read its packs as files would find nothing, and say so."""
    return (
        not (root / ".git").exists() and (root / "HEAD").is_file() and all((root / name).is_dir() for name in ("objects", "refs"))
    )


def _scanned(job: Job, root: Path, private: Path, processes: Processes) -> Answer:
    out = private / "out"
    argv = [sys.executable, "-I", "-m", "scangate", "scan", str(root), "--output-dir", str(out), "--quiet"]
    argv += ["--jobs", str(job.jobs)]
    if job.policy:
        (private / "policy.yaml").write_text(job.policy, encoding="utf-8")
        argv += ["--policy", str(private / "policy.yaml"), "--no-baseline"]  # nor does the tree say what is known of it
    if job.environment:
        argv += ["--env", job.environment]
    output = processes.run(argv, timeout=job.timeout, env=_environment(processes.environ, job.mark), network=True)
    if output.code not in VERDICTS:
        raise _fault(output)
    report = recall(_text(out / "verdict.json"))
    if report.exit_code != output.code:
        raise Unreadable(GapKind.GARBAGE, f"the scan ended with exit code {output.code}, its verdict.json says {report.exit_code}")
    if report.tool_version != __version__:
        raise Unreadable(GapKind.GARBAGE, f"it was scanned by scangate {report.tool_version}, the fleet is run by {__version__}")
    if job.policy and report.verdict.policy_digest != job.digest:
        raise Unreadable(GapKind.GARBAGE, "it was judged by another policy than the fleet's")
    record = made_of(report, job.entry, job.key)
    kept = {name: (out / name).read_bytes() for name in FILES[1:]}
    return Answer(record, {FILES[0]: encode(record).encode(), **kept})


def _environment(environ: Mapping[str, str], mark: str) -> dict[str, str]:
    """The scan is ours: it finds the user's advisory store and cache. Everything else is as for any program."""
    kept = {name: environ[name] for name in ("HOME", "XDG_CACHE_HOME") if name in environ}
    kept |= {name: value for name, value in environ.items() if name.startswith("SCANGATE_") and name != "SCANGATE_ENV"}
    return {**kept, MARK: mark}


def _fault(output: Output) -> Unreadable:
    """What a scan without a verdict says of itself: its first two lines, or how it died."""
    if output.died():
        return Unreadable(GapKind.CRASH, f"its scan died: {output.died()}", "see whether the machine has memory enough for it")
    said = output.stderr.decode("utf-8", "replace").splitlines()
    message = next((line.removeprefix("scangate: ") for line in said if line.startswith("scangate: ")), f"exit code {output.code}")
    hint = next((line.removeprefix("hint: ") for line in said if line.startswith("hint: ")), "")
    return Unreadable(GapKind.CRASH, f"it was not scanned: {message[:LONGEST_REASON]}", hint[:LONGEST_REASON])


def _text(file: Path) -> str:
    if file.stat().st_size > 4 * MOST_CHARACTERS:
        raise Unreadable(GapKind.TOO_LARGE, "its verdict.json is too large to be read")
    return file.read_text("utf-8")

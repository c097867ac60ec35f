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
from scangate.errors import ScanError, UsageError
from scangate.fleet.git_fetch import fetch_commit
from scangate.fleet.repository_list import RepositoryEntry
from scangate.fleet.repository_record import RepositoryRecord, encode_record, incomplete_record, record_from_report
from scangate.model import GapKind
from scangate.plugin import ProgramOutput
from scangate.report.schema import MAX_CHARACTERS, parse_report
from scangate.scan.process import ProcessRunner

__all__ = ["MARKER_VARIABLE", "RESULT_FILES", "AuditResult", "Job", "audit_repository"]

RESULT_FILES = ("repository.json", "verdict.json", "summary.md")
"""What is kept of a repository: the record, and what its scan wrote; ``scangate gate`` makes any other report of it."""

MARKER_VARIABLE = "SCANGATE_FLEET"
VERDICT_EXIT_CODES = {0, 1, 3}
MAX_REASON_LENGTH = 300


class Job(msgspec.Struct, frozen=True):
    """One repository to audit. ``policy`` is a policy's whole text, empty for the repository's own, and ``digest`` its digest.

    ``folder`` is where private folders are made, empty for the machine's temporary one. ``mark`` is in the environment of every
    scan of this fleet. ``timeout`` in seconds is for each of fetching and scanning.
    """

    repository: RepositoryEntry
    request_digest: str
    policy_text: str
    policy_digest: str
    environment: str
    timeout: float
    jobs: int
    temp_root: str
    process_marker: str

    def __repr__(self) -> str:
        return f"Job({self.repository.name})"


class AuditResult(msgspec.Struct, frozen=True):
    """The record of a repository, and the reports of its scan by their file names."""

    record: RepositoryRecord
    reports: dict[str, bytes]


def audit_repository(job: Job) -> AuditResult:
    """Fetches, scans, reads back. Whatever goes wrong is told in the record, which is then no pass."""
    private = Path(tempfile.mkdtemp(prefix="scangate-fleet-", dir=job.temp_root or None)).resolve()
    tree = private / "tree" / job.repository.name
    processes = ProcessRunner(private, tree, os.environ)
    try:
        return _scan(job, _prepare_tree(job, tree, processes), private, processes)
    except ScanError as fault:
        return _incomplete_result(job, fault.reason, fault.hint)
    except UsageError as error:
        return _incomplete_result(job, error.message, error.hint)
    except OSError as error:
        return _incomplete_result(job, f"the machine says: {error.strerror or type(error).__name__}")
    finally:
        processes.kill_leftovers()
        shutil.rmtree(private, ignore_errors=True)


def _incomplete_result(job: Job, reason: str, hint: str = "") -> AuditResult:
    record = incomplete_record(job.repository, job.request_digest, reason, hint)
    return AuditResult(record, {RESULT_FILES[0]: encode_record(record).encode()})


def _prepare_tree(job: Job, tree: Path, processes: ProcessRunner) -> Path:
    """A path is scanned where it lies, unless what is asked for is in its history or it is nothing but history."""
    address = job.repository.address
    if not address.protocol:
        root = Path(address.url)
        if not root.is_dir():
            raise ScanError(GapKind.UNREADABLE, f"no such directory: {root}", "mend its line in the list")
        if not job.repository.ref and not _is_bare(root):
            return root
    tree.parent.mkdir()
    fetch_commit(address, job.repository.ref, tree, processes, job.timeout)
    return tree


def _is_bare(root: Path) -> bool:
    """Whether a folder is a git repository without a work tree: to read its packs as files would find nothing, and say so."""
    return (
        not (root / ".git").exists() and (root / "HEAD").is_file() and all((root / name).is_dir() for name in ("objects", "refs"))
    )


def _scan(job: Job, root: Path, private: Path, processes: ProcessRunner) -> AuditResult:
    out = private / "out"
    argv = [sys.executable, "-I", "-m", "scangate", "scan", str(root), "--output-dir", str(out), "--quiet"]
    argv += ["--jobs", str(job.jobs)]
    if job.policy_text:
        (private / "policy.yaml").write_text(job.policy_text, encoding="utf-8")
        argv += ["--policy", str(private / "policy.yaml"), "--no-baseline"]  # nor does the tree say what is known of it
    if job.environment:
        argv += ["--env", job.environment]
    output = processes.run(argv, timeout=job.timeout, env=_environment(processes.environ, job.process_marker), network=True)
    if output.exit_code not in VERDICT_EXIT_CODES:
        raise _scan_error(output)
    report = parse_report(_read_verdict(out / "verdict.json"))
    if report.exit_code != output.exit_code:
        raise ScanError(
            GapKind.GARBAGE, f"the scan ended with exit code {output.exit_code}, its verdict.json says {report.exit_code}"
        )
    if report.tool_version != __version__:
        raise ScanError(GapKind.GARBAGE, f"it was scanned by scangate {report.tool_version}, the fleet is run by {__version__}")
    if job.policy_text and report.verdict.policy_digest != job.policy_digest:
        raise ScanError(GapKind.GARBAGE, "it was judged by another policy than the fleet's")
    record = record_from_report(report, job.repository, job.request_digest)
    kept = {name: (out / name).read_bytes() for name in RESULT_FILES[1:]}
    return AuditResult(record, {RESULT_FILES[0]: encode_record(record).encode(), **kept})


def _environment(environ: Mapping[str, str], process_marker: str) -> dict[str, str]:
    """The scan is ours: it finds the user's advisory store and cache. Everything else is as for any program."""
    kept = {name: environ[name] for name in ("HOME", "XDG_CACHE_HOME") if name in environ}
    kept |= {name: value for name, value in environ.items() if name.startswith("SCANGATE_") and name != "SCANGATE_ENV"}
    return {**kept, MARKER_VARIABLE: process_marker}


def _scan_error(output: ProgramOutput) -> ScanError:
    """What a scan without a verdict says of itself: its first two lines, or how it died."""
    if output.describe_death():
        return ScanError(
            GapKind.CRASH, f"its scan died: {output.describe_death()}", "see whether the machine has memory enough for it"
        )
    said = output.stderr.decode("utf-8", "replace").splitlines()
    message = next(
        (line.removeprefix("scangate: ") for line in said if line.startswith("scangate: ")), f"exit code {output.exit_code}"
    )
    hint = next((line.removeprefix("hint: ") for line in said if line.startswith("hint: ")), "")
    return ScanError(GapKind.CRASH, f"it was not scanned: {message[:MAX_REASON_LENGTH]}", hint[:MAX_REASON_LENGTH])


def _read_verdict(file: Path) -> str:
    if file.stat().st_size > 4 * MAX_CHARACTERS:
        raise ScanError(GapKind.TOO_LARGE, "its verdict.json is too large to be read")
    return file.read_text("utf-8")

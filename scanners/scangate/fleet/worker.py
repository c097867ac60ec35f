"""Audit one repository on a worker: fetch it if needed, scan it in a new scangate process, read the verdict."""

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
"""The files kept for each repository; ``scangate gate`` renders other reports from verdict.json."""

MARKER_VARIABLE = "SCANGATE_FLEET"
VERDICT_EXIT_CODES = {0, 1, 3}
MAX_REASON_LENGTH = 300


class Job(msgspec.Struct, frozen=True):
    """A repository to audit.

    ``policy_text``: a policy that extends nothing, empty for the repository's own. ``timeout``: in seconds, for each of fetching
    and scanning. ``temp_root``: parent of temporary directories, empty for the default. ``process_marker``: value of
    MARKER_VARIABLE in the environment of the fleet's scans.
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
    """The record of a repository, and its files by name."""

    record: RepositoryRecord
    reports: dict[str, bytes]


def audit_repository(job: Job) -> AuditResult:
    """Return the result; any error makes the record INCOMPLETE."""
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
        return _incomplete_result(job, f"operating system error: {error.strerror or type(error).__name__}")
    finally:
        processes.kill_leftovers()
        shutil.rmtree(private, ignore_errors=True)


def _incomplete_result(job: Job, reason: str, hint: str = "") -> AuditResult:
    record = incomplete_record(job.repository, job.request_digest, reason, hint)
    return AuditResult(record, {RESULT_FILES[0]: encode_record(record).encode()})


def _prepare_tree(job: Job, tree: Path, processes: ProcessRunner) -> Path:
    """Return the tree to scan: a path itself, unless a ref is requested or it is a bare repository."""
    address = job.repository.address
    if not address.protocol:
        root = Path(address.url)
        if not root.is_dir():
            raise ScanError(GapKind.UNREADABLE, f"no such directory: {root}", "fix its line in the list")
        if not job.repository.ref and not _is_bare(root):
            return root
    tree.parent.mkdir()
    fetch_commit(address, job.repository.ref, tree, processes, job.timeout)
    return tree


def _is_bare(root: Path) -> bool:
    """Whether the directory is a git repository without a work tree. Scanning its pack files would be pointless."""
    return (
        not (root / ".git").exists() and (root / "HEAD").is_file() and all((root / name).is_dir() for name in ("objects", "refs"))
    )


def _scan(job: Job, root: Path, private: Path, processes: ProcessRunner) -> AuditResult:
    out = private / "out"
    argv = [sys.executable, "-I", "-m", "scangate", "scan", str(root), "--output-dir", str(out), "--quiet"]
    argv += ["--jobs", str(job.jobs)]
    if job.policy_text:
        (private / "policy.yaml").write_text(job.policy_text, encoding="utf-8")
        argv += ["--policy", str(private / "policy.yaml"), "--no-baseline"]  # the tree must not suppress its own findings
    if job.environment:
        argv += ["--env", job.environment]
    output = processes.run(argv, timeout=job.timeout, env=_environment(processes.environ, job.process_marker), network=True)
    if output.exit_code not in VERDICT_EXIT_CODES:
        raise _scan_error(output)
    report = parse_report(_read_verdict(out / "verdict.json"))
    if report.exit_code != output.exit_code:
        raise ScanError(GapKind.GARBAGE, f"the scan's exit code was {output.exit_code}, but verdict.json has {report.exit_code}")
    if report.tool_version != __version__:
        raise ScanError(GapKind.GARBAGE, f"the worker has scangate {report.tool_version}, the fleet {__version__}")
    if job.policy_text and report.verdict.policy_digest != job.policy_digest:
        raise ScanError(GapKind.GARBAGE, "the scan used another policy than the fleet's")
    record = record_from_report(report, job.repository, job.request_digest)
    kept = {name: (out / name).read_bytes() for name in RESULT_FILES[1:]}
    return AuditResult(record, {RESULT_FILES[0]: encode_record(record).encode(), **kept})


def _environment(environ: Mapping[str, str], process_marker: str) -> dict[str, str]:
    """Let the scan find the user's advisory store and cache, in addition to the usual variables."""
    kept = {name: environ[name] for name in ("HOME", "XDG_CACHE_HOME") if name in environ}
    kept |= {name: value for name, value in environ.items() if name.startswith("SCANGATE_") and name != "SCANGATE_ENV"}
    return {**kept, MARKER_VARIABLE: process_marker}


def _scan_error(output: ProgramOutput) -> ScanError:
    """Return the error of a scan without a verdict: its message and hint, or how it died."""
    if output.describe_death():
        return ScanError(GapKind.CRASH, f"its scan died: {output.describe_death()}", "check whether the machine has enough memory")
    lines = output.stderr.decode("utf-8", "replace").splitlines()
    message = next(
        (line.removeprefix("scangate: ") for line in lines if line.startswith("scangate: ")), f"exit code {output.exit_code}"
    )
    hint = next((line.removeprefix("hint: ") for line in lines if line.startswith("hint: ")), "")
    return ScanError(GapKind.CRASH, f"the scan failed: {message[:MAX_REASON_LENGTH]}", hint[:MAX_REASON_LENGTH])


def _read_verdict(file: Path) -> str:
    if file.stat().st_size > 4 * MAX_CHARACTERS:
        raise ScanError(GapKind.TOO_LARGE, "verdict.json is too large")
    return file.read_text("utf-8")

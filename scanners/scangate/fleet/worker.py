"""Audit one repository on a worker: fetch it if needed, scan it in a new scangate process, read the verdict."""

from __future__ import annotations

import json
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

PAGE_FILE = "report.html"
RESULT_FILES = ("repository.json", "verdict.json", "summary.md", PAGE_FILE)
"""The files kept for each repository; ``scangate gate`` renders other reports from verdict.json."""

MARKER_VARIABLE = "SCANGATE_FLEET"
VERDICT_EXIT_CODES = {0, 1, 3}
MAX_REASON_LENGTH = 300
OWN_VARIABLES = {"SCANGATE_ENV", "SCANGATE_FLOOR", "SCANGATE_TARGET"}
"""Variables that are about the fleet's own command, not about the scan of a repository."""


class Job(msgspec.Struct, frozen=True):
    """A repository to audit.

    ``policy_text``: a policy that extends nothing, empty for the repository's own; ``floor_text``: one that bounds that,
    or empty. ``timeout``: in seconds, for each of fetching
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
    floor_text: str = ""

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
    out, request_file, result_file = private / "out", private / "request.json", private / "result.json"
    request: dict[str, object] = {"output_dir": str(out), "jobs": job.jobs}
    if job.policy_text:
        policy_file = private / "policy.yaml"
        policy_file.write_text(job.policy_text, encoding="utf-8")
        request |= {"policy": str(policy_file), "ignore_baseline": True}  # a repository cannot make its own findings known
    if job.floor_text:
        floor_file = private / "floor.yaml"
        floor_file.write_text(job.floor_text, encoding="utf-8")
        request["floor"] = str(floor_file)
    if job.environment:
        request["environment"] = job.environment
    request_file.write_text(json.dumps(request), "ascii")
    argv = [sys.executable, "-I", "-m", "scangate.app.fleet_member", str(root), str(request_file), str(result_file)]
    output = processes.run(argv, timeout=job.timeout, env=_environment(processes.environ, job.process_marker), network=True)
    exit_code = _read_exit_code(output, result_file)
    report = parse_report(_read_verdict(out / "verdict.json"))
    if report.exit_code != exit_code:
        raise ScanError(GapKind.GARBAGE, f"the scan's exit code was {exit_code}, but verdict.json has {report.exit_code}")
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
    kept |= {name: value for name, value in environ.items() if name.startswith("SCANGATE_") and name not in OWN_VARIABLES}
    return {**kept, MARKER_VARIABLE: process_marker}


def _read_exit_code(output: ProgramOutput, result_file: Path) -> int:
    """The exit code of the scan. Raises ScanError for a scan without a verdict, with the error that it reported."""
    if output.describe_death():
        raise ScanError(GapKind.CRASH, f"its scan died: {output.describe_death()}", "check that the machine has enough memory")
    if output.exit_code:
        raise ScanError(GapKind.CRASH, f"the scan failed: internal error, exit code {output.exit_code}")
    result = json.loads(result_file.read_bytes())
    if "message" in result:
        message, hint = result["message"][:MAX_REASON_LENGTH], result["hint"][:MAX_REASON_LENGTH]
        raise ScanError(GapKind.CRASH, f"the scan failed: {message}", hint)
    if result["exit_code"] not in VERDICT_EXIT_CODES:
        raise ScanError(GapKind.INTERRUPTED, f"the scan was interrupted, exit code {result['exit_code']}")
    return int(result["exit_code"])


def _read_verdict(file: Path) -> str:
    if file.stat().st_size > 4 * MAX_CHARACTERS:
        raise ScanError(GapKind.TOO_LARGE, "verdict.json is too large")
    return file.read_text("utf-8")

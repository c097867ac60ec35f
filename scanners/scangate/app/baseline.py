"""Creates and updates a baseline from a scan."""

from __future__ import annotations

import os
import secrets
import shlex
from pathlib import Path

import msgspec

from scangate.app import baseline_file
from scangate.app.codeowners_file import load_codeowners
from scangate.app.events import Events
from scangate.app.interruption import Interruption
from scangate.app.policies import read_policy
from scangate.app.policy_inputs import BaselineInputs, PolicyInputs, load_floor
from scangate.app.requests import ScanRequest
from scangate.app.scan_setup import SALT_BYTES, ScanSetup
from scangate.app.scanner_registry import load_scanners
from scangate.app.scanning import run_scan
from scangate.app.session import Session, open_session
from scangate.errors import UsageError
from scangate.judge.baseline import Baseline, update_entries
from scangate.judge.codeowners import CodeOwners
from scangate.judge.evaluation import find_moved_to_stricter_path, find_unsuppressed
from scangate.judge.finding_matching import BASELINE, KnownFinding, ScannedPaths, collect_known_findings
from scangate.model import Finding, Report
from scangate.timestamps import today


class BaselineUpdate(msgspec.Struct, frozen=True):
    """What became of the baseline in ``file``; ``known`` findings are in it now, ``added`` and ``removed`` by this update.

    ``is_written`` is false where the scan was interrupted or incomplete, as ``report`` says.
    """

    file: Path
    report: Report
    is_written: bool = False
    known: int = 0
    added: int = 0
    removed: int = 0


def create_baseline(
    request: ScanRequest,
    events: Events | None = None,
    interruption: Interruption | None = None,
    *,
    replace: bool = False,
    allow_incomplete: bool = False,
) -> BaselineUpdate:
    """Scans, and makes every finding known that nothing suppresses. Raises UsageError for an existing baseline.

    Nothing is written after an incomplete scan, because findings in its gaps would count as new later.
    """
    with open_session(request.root) as session:
        file = request.baseline or session.root / request.default_baseline
        if os.path.lexists(file) and not replace:
            raise UsageError(f"the baseline exists: {file}", "scangate baseline update, or scangate baseline create --replace")
        if os.path.lexists(file) and session.scope:
            message = f"replacing {file} after a scan of {session.scope} would remove the entries of the rest of the repository"
            raise UsageError(message, f"scangate baseline update --add-new {shlex.quote(str(request.root))}")
        baseline_file.check_writable(file, session.root)
        scan = _BaselineScan(request, session, file, Baseline(secrets.token_bytes(SALT_BYTES)))
        report = scan.run(events, interruption)
        if not allow_incomplete and any(gap.blocking for gap in report.verdict.gaps):
            return BaselineUpdate(file, report)
        return scan.store(collect_known_findings(scan.unsuppressed()))


def update_baseline(
    request: ScanRequest, events: Events | None = None, interruption: Interruption | None = None, *, add_new: bool = False
) -> BaselineUpdate:
    """Scans, and removes entries whose findings are gone; entries of moved findings move, those in gaps stay.

    ``add_new`` also adds new findings that nothing suppresses. Nothing is written after an interruption.
    """
    with open_session(request.root) as session:
        file = request.baseline or session.root / request.default_baseline
        if not os.path.lexists(file):
            raise UsageError(f"no such baseline: {file}", "scangate baseline create")
        old = baseline_file.load(file)
        scan = _BaselineScan(request, session, file, old)
        report = scan.run(events, interruption)
        if report.interrupted:
            return BaselineUpdate(file, report)
        moved = scan.moved_to_stricter_path()
        new = [each for each in scan.unsuppressed() if not each.known_by or each in moved] if add_new else []
        findings = [finding for result in report.results for finding in result.findings]
        entries = update_entries(old.entries, findings, ScannedPaths(report.results, report.targets), new, moved)
        return scan.store(entries, added=sum(entry.count for entry in collect_known_findings(new)))


class _BaselineScan:
    """A scan of the work tree that is compared with ``baseline``, which is in ``file``."""

    def __init__(self, request: ScanRequest, session: Session, file: Path, baseline: Baseline) -> None:
        self._session, self._file, self._baseline = session, file, baseline
        self._policy = read_policy(
            request.policy,
            request.environment,
            root=session.root,
            trusted=request.trust_policy,
            scope=session.scope,
            floor=load_floor(request, session),
        )
        known = BaselineInputs(file, baseline.entries, {BASELINE: str(file)}, baseline.salt)
        self._setup = ScanSetup(request, PolicyInputs(self._policy, baseline=known), load_scanners(), (file,))

    def run(self, events: Events | None, interruption: Interruption | None) -> Report:
        progress = (events or Events()).on_progress
        self.report = run_scan(self._setup, self._session, interruption or Interruption(), progress)
        return self.report

    def unsuppressed(self) -> tuple[Finding, ...]:
        """The findings that nothing suppresses."""
        return find_unsuppressed(self.report.results, self.report.targets, self._policy, today(), self._owners())

    def moved_to_stricter_path(self) -> frozenset[Finding]:
        """The known findings that moved to a path for which the policy is stricter."""
        return find_moved_to_stricter_path(self.report.results, self._policy, today(), self._owners())

    def _owners(self) -> CodeOwners | None:
        return load_codeowners(self._policy, self._session.root)

    def store(self, entries: tuple[KnownFinding, ...], added: int = 0) -> BaselineUpdate:
        """Writes the baseline with ``entries``."""
        baseline = msgspec.structs.replace(self._baseline, entries=entries)
        baseline_file.store(self._file, baseline, self._session.root)
        known, before = baseline.finding_count, self._baseline.finding_count
        return BaselineUpdate(self._file, self.report, True, known, added, before + added - known)

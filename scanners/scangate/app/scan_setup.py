"""Turns a request and its policy into what the engine needs: a plan of scanners, and the list of files."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from scangate.app.own_outputs import without_own_outputs
from scangate.app.own_policy_values import find_own_policy_values
from scangate.app.policy_inputs import PolicyInputs
from scangate.app.requests import ScanRequest
from scangate.app.session import Session
from scangate.app.user_rules import combine_digests
from scangate.assets import folder
from scangate.errors import ScanError, UsageError
from scangate.judge.error_text import suggest
from scangate.judge.policy import InlineSuppressions, Policy, ScannerSettings, Submodules
from scangate.model import FileSource, GapKind, Targets
from scangate.plugin import Scanner, read_traits
from scangate.scan.content_types import identify_targets
from scangate.scan.cpu_limits import available_parallelism
from scangate.scan.discovery import Listing, interrupted_listing, list_files, list_range, list_staged
from scangate.scan.plan import ScannerTask, ScanPlan, call_guarded
from scangate.scan.result_cache import ResultCache
from scangate.scan.saved_values import SavedValues
from scangate.scan.skipping import ExcludedPaths
from scangate.scan.target import Target, display_path
from scangate.timestamps import today
from scangate.tools import semgrep, taint
from scangate.tools.sarif_command import Options as CommandOptions
from scangate.tools.sarif_command import SarifCommand
from scangate.tools.semgrep import NAME as SEMGREP
from scangate.tools.semgrep_user_rules import SemgrepWithUserRules

SALT_BYTES = 16


class ScanSetup(msgspec.Struct, frozen=True):
    """A request with all that was loaded for it.

    ``outputs``: files that scangate writes and therefore never scans. ``unsigned_shards``: whether its results are from shard files
    that are not signed.
    """

    request: ScanRequest
    inputs: PolicyInputs
    scanners: Mapping[str, Scanner[Any]]
    outputs: tuple[Path, ...] = ()
    cache: ResultCache | None = None
    unsigned_shards: bool = False

    @property
    def policy(self) -> Policy:
        """The policy that judges."""
        return self.inputs.policy

    @property
    def used_unsigned(self) -> bool:
        """Whether results are from an unsigned cache or unsigned shard files, so far."""
        return self.unsigned_shards or (self.cache is not None and self.cache.store.used_unsigned)

    @property
    def compares_with_base(self) -> bool:
        """Whether findings of the base may be needed: to mark findings as known, or to know which inline comments a change adds."""
        base = self.inputs.base
        return base.is_comparable or bool(base.reference and self.policy.inline_suppressions is not InlineSuppressions.DENY)

    @property
    def rule_digests(self) -> Mapping[str, str]:
        """The digests of all rules, by scanner."""
        return combine_digests(digest_bundled_rules(), self.inputs.user_rules)

    def own_files(self, session: Session) -> tuple[Path, ...]:
        """The files that scangate itself writes in this run."""
        return (*(file.absolute() for file in self.outputs), session.scratch_dir)

    def list_targets(self, session: Session) -> Listing:
        """The files to scan, with their content types. Raises UsageError if git cannot list them."""
        listing = self._list_files(session)
        processes = session.processes
        return without_own_outputs(
            identify_targets(listing, self.policy.max_file_size, self.cache, lambda: processes.is_out_of_time)
        )

    def list_tree(self, session: Session) -> Listing:
        """The files of HEAD that the work tree has as well, by their paths alone; of a bare repository all."""
        repository = session.repository
        head = repository.head_commit() if repository is not None else ""
        entries = repository.list_tree(head) if repository is not None and head else []
        has_all, top = repository is not None and repository.is_bare, os.fsencode(session.root)
        there = (each for each in entries if has_all or os.path.lexists(os.path.join(top, each.raw_path)))  # noqa: PTH118
        targets = tuple(Target(display_path(each.raw_path), each.raw_path) for each in there)
        return Listing(session.root, targets, Targets(FileSource.COMMIT, len(targets)))

    def _list_files(self, session: Session) -> Listing:
        nested = self.policy.submodules is Submodules.SCAN
        try:
            if self.request.until and session.repository is not None:
                base = self.inputs.base
                return list_range(session.root, session.repository, base.reference, self.request.until, session.scope)
            if self.request.staged is not None:
                names = [os.path.join(session.scope, name) for name in self.request.staged]  # noqa: PTH118 -- a name, not a file
                return list_staged(session.root, session.repository, names, "" if names else session.scope, nested=nested)
            return list_files(session.root, session.repository, self.own_files(session), session.scope, nested=nested)
        except ScanError as error:
            if error.kind is GapKind.INTERRUPTED or session.processes.is_out_of_time:
                return interrupted_listing(session.root, error)
            raise UsageError(error.reason, "check that git works here: git status") from error

    def build_plan(self) -> ScanPlan:
        """The scanners to run, with their options. Raises UsageError for an unknown scanner name."""
        exclusions = tuple(ExcludedPaths(entry.path, entry.reason, entry.scanners) for entry in self.policy.exclusions)
        return ScanPlan(
            tuple(leave_followed_rules(list(self._tasks()), exclusions)),
            exclusions,
            self.policy.max_file_size,
            self.request.jobs or available_parallelism(),
            today(),
            self._salt(),
            self.cache,
            SavedValues(self.cache.store, time.time()) if self.cache is not None else None,
            find_own_policy_values,
        )

    def _salt(self) -> bytes:
        """The baseline's salt; a random one where only the two sides of this run are compared."""
        return self.inputs.baseline.salt or (secrets.token_bytes(SALT_BYTES) if self.compares_with_base else b"")

    def _tasks(self) -> Iterator[ScannerTask]:
        settings = {setting.name: setting for setting in self.policy.scanners}
        names = {*settings, *self.scanners}
        unknown = [name for name in (*self.request.only, *self.request.skip) if name not in names]
        if unknown:
            raise UsageError(f"no such scanner: {unknown[0]}", suggest(unknown[0], names))
        for name, scanner in self._scanners_with_rules().items():
            setting = settings.get(name)
            options = setting.options if setting is not None else scanner.Options()
            timeout = setting.timeout if setting is not None else self.policy.timeout
            skip_reason = self._skip_reason(name, setting) or _absence(setting, scanner.version)
            yield ScannerTask(scanner, options if skip_reason else _prepare(scanner, options), timeout, skip_reason)
        for setting in self.policy.scanners:
            if setting.is_command:
                block: CommandOptions = setting.options
                command = SarifCommand(setting.name, block)
                skip_reason = self._skip_reason(setting.name, setting) or _absence(setting, command.find_program)
                yield ScannerTask(command, block, setting.timeout, skip_reason)

    def _scanners_with_rules(self) -> Mapping[str, Scanner[Any]]:
        """The scanners; semgrep with the user's rules, if there are any."""
        rules = self.inputs.user_rules
        return {**self.scanners, SEMGREP: SemgrepWithUserRules(rules)} if rules.rules else self.scanners

    def _skip_reason(self, name: str, setting: ScannerSettings | None) -> str:
        if setting is None:
            return "the policy does not name it"
        if not setting.enabled:
            return "the policy disables it"
        if name in self.request.skip:
            return "skipped by --skip"
        return "not selected by --scanner" if self.request.only and name not in self.request.only else ""


def _prepare(scanner: Scanner[Any], options: object) -> object:
    """The options of this run; those of the policy if a plugin fails at that, as it will fail again where it is a gap."""
    prepared, error = call_guarded(lambda: read_traits(scanner).prepare(options, os.environ))
    return options if error is not None else prepared


def leave_followed_rules(tasks: Sequence[ScannerTask], exclusions: Sequence[ExcludedPaths]) -> Iterator[ScannerTask]:
    """The tasks: semgrep without the rules that taint follows, if taint reads the same Python files."""
    runs = any(task.scanner.NAME == taint.NAME and not task.skip_reason for task in tasks)
    is_left_out = any(taint.NAME in each.scanners and semgrep.NAME not in each.scanners for each in exclusions)
    for task in tasks:
        if runs and not is_left_out and isinstance(task.options, semgrep.Options):
            yield msgspec.structs.replace(task, options=semgrep.leave_followed_rules(task.options))
        else:
            yield task


def _absence(setting: ScannerSettings | None, look_for: Callable[[], object]) -> str:
    """Why a scanner that the policy enables where it is installed does not run; empty if it runs.

    ``look_for`` raises ScanError(TOOL_MISSING) if it is not installed. What else it raises is a gap when the scanner runs.
    """
    if setting is None or not setting.if_installed:
        return ""
    _, error = call_guarded(look_for)
    return f"{error.reason}; the policy asks for it where it is" if error is not None and error.kind is GapKind.TOOL_MISSING else ""


def digest_bundled_rules() -> Mapping[str, str]:
    """SHA-256 of the bundled rules, by scanner."""
    root = folder("policies") / "rules"
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.yaml")):
        digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return dict.fromkeys(("semgrep", "taint"), digest.hexdigest())

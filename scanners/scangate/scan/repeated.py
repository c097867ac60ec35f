"""Scanners that say again what they said of the same bytes before, word for word: for shards, of which merge has yet to redact all.

What `memory` keeps is redacted in the light of the whole tree, which a shard does not see. Here an answer is kept as it stands in a
part: its texts are quotations of the file, so that not a word of the file is kept.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from scangate.model import FileReport
from scangate.scan.engine import Answers
from scangate.scan.memory import Memory, digest_of, key_of
from scangate.scan.parts import converted
from scangate.scan.plan import Plan, wall
from scangate.scan.plugin import Run, Scanner, Source
from scangate.scan.quoting import Page

__all__ = ["Repeated"]


class Repeated:
    """The scanners of a plan with what they said before, from the plan's memory; ``plan`` is the one to carry out in its stead."""

    def __init__(self, plan: Plan, environ: Mapping[str, str]) -> None:
        self._memory = plan.memory
        self._repeaters: dict[str, _Repeater] = {}
        tasks = []
        for task in plan.tasks:
            setting = None
            if plan.memory is not None and not task.skipped:
                facts = (environ, plan.today, task.timeout, plan.max_bytes)
                setting, _ = wall(lambda: _setting(plan.memory, task.scanner, task.options, facts))  # noqa: B023
            if setting is None or plan.memory is None:
                tasks.append(task)
                continue
            repeater = _Repeater(task.scanner, setting, plan.memory)
            self._repeaters[task.scanner.NAME] = repeater
            tasks.append(msgspec.structs.replace(task, scanner=repeater))
        self.plan = msgspec.structs.replace(plan, tasks=tuple(tasks), memory=None)

    def keep(self, answers: Iterable[Answers]) -> None:
        """Keeps what is new in the answers that came of the plan, but for what has a gap."""
        for answer in answers:
            if self._memory is not None and answer.scanner in self._repeaters:
                self._memory.keep_words(self._repeaters[answer.scanner].new(answer))


def _setting(memory: Memory | None, scanner: Scanner, options: Any, facts: tuple[Any, ...]) -> bytes | None:
    """As an answer's in `memory`, but in a room of its own."""
    setting = memory.setting(scanner, options, str(scanner.version()), facts) if memory is not None else None
    return hashlib.sha256(b"words\0" + setting).digest() if setting is not None else None


class _Repeater:
    """One scanner, which is asked about the files alone of which it did not speak before."""

    def __init__(self, scanner: Scanner, setting: bytes, memory: Memory) -> None:
        self.NAME = scanner.NAME
        self.ACCOUNTING = scanner.ACCOUNTING
        self.SPLITS = scanner.SPLITS
        self.WAITS = getattr(scanner, "WAITS", False)
        self._scanner = scanner
        self._setting = setting
        self._memory = memory
        self._lock = threading.Lock()  # the engine asks from several threads
        self._asked: dict[str, tuple[bytes, Source]] = {}

    @property
    def Options(self) -> type[Any]:  # noqa: N802 -- the Protocol's name
        """The scanner's own."""
        return self._scanner.Options

    def version(self) -> str:
        """What the scanner itself says."""
        return self._scanner.version()

    def reads(self, path: str, options: Any) -> bool:
        """What the scanner itself says."""
        return self._scanner.reads(path, options)

    def scan(self, files: Sequence[Source], options: Any, run: Run) -> Iterable[FileReport]:
        """What was said before, and what the scanner says of the rest; where it sees all files at once, all or nothing is known."""
        keys = self._keys(files)
        with self._lock:
            held = self._memory.recall_words(keys.values())
        known = {source.path: _revived(held.get(keys[source.path]), source) for source in files}
        if not self.SPLITS and None in known.values():
            known = {}
        rest = [source for source in files if known.get(source.path) is None]
        with self._lock:
            self._asked |= {source.path: (keys[source.path], source) for source in rest}
        told = list(self._scanner.scan(rest, options, run)) if rest else []
        return [*(report for reports in known.values() for report in reports or ()), *told]

    def new(self, answers: Answers) -> dict[bytes, bytes]:
        """The answers that the scanner gave in this run, by their keys: those that the engine took, and that have no gap."""
        lost = {gap.path for gap in answers.gaps} | {gap.path for report in answers.reports for gap in report.gaps}
        if None in lost or (lost and not self.SPLITS):
            return {}
        told: defaultdict[str, list[FileReport]] = defaultdict(list)
        for report in answers.reports:
            told[report.path].append(report)
        return {
            key: _quoted(told[path], source) for path, (key, source) in self._asked.items() if path in told and path not in lost
        }

    def _keys(self, files: Sequence[Source]) -> dict[str, bytes]:
        digests = {source.path: digest_of(source.data()) for source in files}
        setting = self._setting if self.SPLITS else key_of(self._setting, "", repr(sorted(digests.items())))
        return {path: key_of(setting, path, digest) for path, digest in digests.items()}


def _page(source: Source) -> Page:
    return Page(source.path, "\n".join(source.lines))


def _quoted(reports: Sequence[FileReport], source: Source) -> bytes:
    """The reports on a file without a word of it; one that tells nothing is empty."""
    if list(reports) == [FileReport(source.path)]:
        return b"[]"
    page = _page(source)
    return msgspec.json.encode([page.quoted(msgspec.to_builtins(report)) for report in reports])


def _revived(value: bytes | None, source: Source) -> list[FileReport] | None:
    """The reports that `_quoted` was given; None where there are none, or none that are about this file."""
    if value is None:
        return None
    if value == b"[]":
        return [FileReport(source.path)]
    page = _page(source)
    try:
        reports = [converted(page.unquoted(plain), FileReport) for plain in msgspec.json.decode(value)]
    except (ValueError, TypeError, RecursionError):
        return None
    return reports if all(report.path == source.path for report in reports) else None

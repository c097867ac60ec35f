r"""Reads and writes a baseline's text: what a team knew on the day it began to look, and will mend in its own time.

It is JSON of one entry a line, made for git. Between the entries stand 4,096 marks that never change ("000" to "fff"); an entry
stands behind the mark that its own digest begins with. So two branches that touch different findings change different places with
an unchanged line between, which is all that git's merge asks for; only where both put something behind the same mark, one time in
4,096, a person has to choose. No entry has a line number or a time, and the last line of the list is a mark, too, so that no entry
is ever without its comma.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Annotated, Any, NoReturn

import msgspec

from scangate.errors import UsageError
from scangate.judge.finding_matching import KnownFinding, ScannedPaths, collect_known_findings, match_findings
from scangate.model import Finding
from scangate.strict_json import describe_error, parse_json

__all__ = [
    "BASELINE_FILE",
    "FORMAT_VERSION",
    "MAX_BYTES",
    "Baseline",
    "parse_baseline",
    "render_baseline",
    "split_removed_entries",
    "update_entries",
]

BASELINE_FILE = ".scangate-baseline.json"
FORMAT_VERSION = 1
MAX_BYTES = 64 * 1024 * 1024  # bytes
MARKERS = tuple(f"{number:03x}" for number in range(4096))
RESTORE_HINT = "restore it from git, or make it anew: scangate baseline create --replace"
CONFLICT_HINT = "a merge is not finished here: choose, then scangate baseline update"
_CONFLICT = re.compile(r"<{7}|\|{7}|={7}|>{7}")


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line, read strictly."""

    path: Annotated[str, msgspec.Meta(min_length=1)]
    rule: Annotated[str, msgspec.Meta(pattern=r"\A[^:]+:.")]
    content: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
    context: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{32})?\Z")]
    count: Annotated[int, msgspec.Meta(ge=1)]
    secret: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{8}\Z")] | None = None


class Baseline(msgspec.Struct, frozen=True):
    """What a baseline holds: the salt of its digests, and its entries, sorted, no two alike but in number."""

    salt: bytes
    entries: tuple[KnownFinding, ...] = ()

    @property
    def finding_count(self) -> int:
        """How many findings it knows."""
        return sum(entry.count for entry in self.entries)


def render_baseline(baseline: Baseline) -> str:
    """The text of a baseline; `read` gives the same baseline again, and the same baseline always has the same text."""
    shelves: dict[str, list[str]] = defaultdict(list)
    for entry in sorted(baseline.entries):
        shelves[_marker_of(entry)].append(f"  {_format_entry(entry)},\n")
    body = "".join(f'  "{mark}",\n{"".join(shelves[mark])}' for mark in MARKERS)
    return f'{{\n "version": {FORMAT_VERSION},\n "salt": "{baseline.salt.hex()}",\n "entries": [\n{body}  "end"\n ]\n}}\n'


def _format_entry(entry: KnownFinding) -> str:
    told: dict[str, Any] = {"path": entry.path, "rule": entry.rule, "count": entry.count}
    told |= {"content": entry.content, "context": entry.context} | ({"secret": entry.secret} if entry.secret else {})
    return json.dumps(told)


def _marker_of(entry: KnownFinding) -> str:
    """Behind which mark an entry stands: by all that it is but its count, which may change where it stands."""
    told = json.dumps([entry.path, entry.rule, entry.content, entry.context, entry.secret])
    return hashlib.sha256(told.encode()).hexdigest()[:3]


def parse_baseline(text: str, name: str) -> Baseline:
    """The baseline that ``text`` holds; ``name`` is what messages call the file. UsageError, with the line, for all else."""
    return _BaselineParser(text, name).parse()


class _BaselineParser:
    """Goes through the lines once; each is what stands there in a baseline, or an error."""

    def __init__(self, text: str, name: str) -> None:
        lines = text.replace("\r\n", "\n").split("\n")
        self._name = name
        self._lines = lines
        self._at = 0

    def parse(self) -> Baseline:
        self._expect("{")
        self._expect(f' "version": {FORMAT_VERSION},')
        salt = re.fullmatch(r' "salt": "([0-9a-f]{32})",', self._next_line())
        if salt is None:
            self._fail("here its salt should stand")
        self._expect(' "entries": [')
        entries = tuple(sorted(self._entries()))
        self._expect(" ]")
        self._expect("}")
        self._expect("")
        if self._at < len(self._lines):
            self._next_line()
            self._fail("here it should have ended")
        return Baseline(bytes.fromhex(salt[1]), entries)

    def _entries(self) -> Iterator[KnownFinding]:
        seen: dict[KnownFinding, int] = {}
        for mark, following in zip(MARKERS, (*MARKERS[1:], "end"), strict=True):
            if mark == MARKERS[0]:
                self._expect(f'  "{mark}",')
            end = '  "end"' if following == "end" else f'  "{following}",'
            while (line := self._next_line()) != end:
                entry = self._entry(line)
                same = msgspec.structs.replace(entry, count=1)
                if same in seen:
                    self._fail(f"the entry of line {seen[same]} stands here again")
                if _marker_of(entry) != mark:
                    self._fail("this entry belongs elsewhere: it was changed by hand, or a line is lost")
                seen[same] = self._at
                yield entry

    def _entry(self, line: str) -> KnownFinding:
        if not (line.startswith("  {") and line.endswith("},")):
            self._fail("this is neither an entry nor the mark that is due")
        try:
            entry = msgspec.convert(parse_json(line[2:-1]), _Entry)
        except ValueError as error:
            self._fail(f"not an entry: {describe_error(error)}")
        return KnownFinding(entry.path, entry.rule, entry.content, entry.context, entry.secret or "", entry.count)

    def _expect(self, expected: str) -> None:
        if self._next_line() != expected:
            self._fail(f"here `{expected.strip()}` should stand" if expected else "here it should have ended")

    def _next_line(self) -> str:
        if self._at == len(self._lines):
            self._fail("")
        self._at += 1
        line = self._lines[self._at - 1]
        if _CONFLICT.match(line):
            raise UsageError(f"{self._name}:{self._at}: a conflict marker", CONFLICT_HINT)
        return line

    def _fail(self, what: str) -> NoReturn:
        if self._at == len(self._lines) and not self._lines[-1]:
            what = "it ends too early"
        raise UsageError(f"{self._name}:{max(self._at, 1)}: {what}", RESTORE_HINT)


def split_removed_entries(base: Baseline, current: Baseline | None, source: str) -> tuple[KnownFinding, ...]:
    """The entries of ``held``; those that a change has taken out, as ``now`` tells, under the name ``source``.

    They are known until the change is merged, but nobody asks it to take them out once more. Under another salt no secret can be
    said to be taken out.
    """
    there = Counter({_without_count(entry): entry.count for entry in current.entries}) if current is not None else Counter()
    comparable = current is None or current.salt == base.salt
    entries = []
    for entry in base.entries:
        kept = min(entry.count, there[_without_count(entry)]) if comparable or not entry.secret else entry.count
        entries += [msgspec.structs.replace(entry, count=kept)] if kept else []
        entries += [msgspec.structs.replace(entry, count=entry.count - kept, source=source)] if kept < entry.count else []
    return tuple(sorted(entries))


def _without_count(entry: KnownFinding) -> KnownFinding:
    return msgspec.structs.replace(entry, count=1)


def update_entries(
    entries: Sequence[KnownFinding],
    findings: Sequence[Finding],
    scanned_paths: ScannedPaths,
    added: Iterable[Finding] = (),
    excluded: Collection[Finding] = (),
) -> tuple[KnownFinding, ...]:
    """``entries`` as they are after a scan: those matched as what they are now, without what is gone, with ``added`` beside.

    What the scan did not look for stays as it was. No entry follows a finding in ``besides``.
    """
    covered = match_findings(findings, entries, scanned_paths)
    kept = [finding for finding, entry in zip(findings, covered, strict=True) if entry is not None and finding not in excluded]
    used = Counter(entry for entry in covered if entry is not None)
    unseen = [
        msgspec.structs.replace(entry, count=entry.count - used[at])
        for at, entry in enumerate(entries)
        if used[at] < entry.count and not scanned_paths.was_scanned(entry)
    ]
    counts: Counter[KnownFinding] = Counter()
    for entry in (*collect_known_findings([*kept, *added]), *unseen):
        counts[msgspec.structs.replace(entry, count=1)] += entry.count
    return tuple(sorted(msgspec.structs.replace(entry, count=number) for entry, number in counts.items()))

r"""Parses and renders a baseline: the findings that a team knew when it started, to be fixed in its own time.

Findings are matched with it in `finding_matching`.

It is JSON with one entry a line, made for merging with git. 4,096 fixed markers ("000" to "fff") separate the entries; an entry
follows the marker that its own digest begins with. So two branches that change different findings change different places with an
unchanged line between them, and git merges them. Only if both add an entry after the same marker, one time in 4,096, a person has
to resolve a conflict. No entry has a line number or a time. The last line of the list is a marker as well, so that every entry ends
with a comma.
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
from scangate.judge.finding_matching import KnownFinding, KnownOrigin, ScannedPaths, collect_known_findings, match_findings
from scangate.model import Finding
from scangate.strict_json import describe_error, parse_json

BASELINE_FILE = ".scangate-baseline.json"
HISTORY_BASELINE_FILE = ".scangate-history-baseline.json"
"""A scan of the files does not find what is known of the history, and would report it as gone."""
FORMAT_VERSION = 1
MAX_BYTES = 64 * 1024 * 1024  # bytes
MARKERS = tuple(f"{number:03x}" for number in range(4096))
RESTORE_HINT = "restore it from git, or create a new one: scangate baseline create --replace"
CONFLICT_HINT = "resolve the merge conflict, then run: scangate baseline update"
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
    """The content of a baseline: the salt of its digests, and its entries, sorted and distinct apart from their counts."""

    salt: bytes
    entries: tuple[KnownFinding, ...] = ()

    @property
    def finding_count(self) -> int:
        """How many findings its entries count."""
        return sum(entry.count for entry in self.entries)


def render_baseline(baseline: Baseline) -> str:
    """The text of a baseline; `parse_baseline` reads it back, and equal baselines have equal texts."""
    shelves: dict[str, list[str]] = defaultdict(list)
    for entry in sorted(baseline.entries):
        shelves[_marker_of(entry)].append(f"  {_format_entry(entry)},\n")
    body = "".join(f'  "{mark}",\n{"".join(shelves[mark])}' for mark in MARKERS)
    return f'{{\n "version": {FORMAT_VERSION},\n "salt": "{baseline.salt.hex()}",\n "entries": [\n{body}  "end"\n ]\n}}\n'


def _format_entry(entry: KnownFinding) -> str:
    fields: dict[str, Any] = {"path": entry.path, "rule": entry.rule, "count": entry.count}
    fields |= {"content": entry.content, "context": entry.context} | ({"secret": entry.secret} if entry.secret else {})
    return json.dumps(fields)


def _marker_of(entry: KnownFinding) -> str:
    """The marker that an entry follows: made from all its fields but the count, which may change."""
    key = json.dumps([entry.path, entry.rule, entry.content, entry.context, entry.secret])
    return hashlib.sha256(key.encode()).hexdigest()[:3]


def parse_baseline(text: str, name: str) -> Baseline:
    """The baseline that ``text`` holds; ``name`` is what messages call the file. UsageError, with the line, for all else."""
    return _BaselineParser(text, name).parse()


class _BaselineParser:
    """Reads the lines once; each is the expected one, or an error."""

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
            self._fail("expected the salt")
        self._expect(' "entries": [')
        entries = tuple(sorted(self._entries()))
        self._expect(" ]")
        self._expect("}")
        self._expect("")
        if self._at < len(self._lines):
            self._next_line()
            self._fail("expected the end of the file")
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
                    self._fail(f"the same entry as in line {seen[same]}")
                if _marker_of(entry) != mark:
                    self._fail("this entry is in the wrong place: it was edited by hand, or a line is missing")
                seen[same] = self._at
                yield entry

    def _entry(self, line: str) -> KnownFinding:
        if not (line.startswith("  {") and line.endswith("},")):
            self._fail("neither an entry nor the next marker")
        try:
            entry = msgspec.convert(parse_json(line[2:-1]), _Entry)
        except ValueError as error:
            self._fail(f"not an entry: {describe_error(error)}")
        return KnownFinding(entry.path, entry.rule, entry.content, entry.context, entry.secret or "", entry.count)

    def _expect(self, expected: str) -> None:
        if self._next_line() != expected:
            self._fail(f"expected `{expected.strip()}`" if expected else "expected the end of the file")

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
            what = "the file ends too early"
        raise UsageError(f"{self._name}:{max(self._at, 1)}: {what}", RESTORE_HINT)


def split_removed_entries(base: Baseline, current: Baseline | None, source: KnownOrigin) -> tuple[KnownFinding, ...]:
    """The entries of ``base``; those that the change removes, according to ``current``, with the source ``source``.

    They are known until the change is merged, but the change does not have to remove them again. Entries of secrets count as
    removed only if both have the same salt.
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
    """``entries`` after a scan: matched ones as they are now, without those that are gone, and with ``added``.

    Entries that the scan did not look for stay unchanged. No entry follows a finding in ``excluded``.
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

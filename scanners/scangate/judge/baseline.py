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
from scangate.judge.matching import Known, Sight, known_from, match
from scangate.model import Finding

__all__ = ["FILE", "LARGEST", "VERSION", "Baseline", "divided", "pruned", "read", "render"]

FILE = ".scangate-baseline.json"
VERSION = 1
LARGEST = 64 * 1024 * 1024  # bytes
MARKS = tuple(f"{number:03x}" for number in range(4096))
HINT = "restore it from git, or make it anew: scangate baseline create --replace"
CONFLICT = "a merge is not finished here: choose, then scangate baseline update"
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
    entries: tuple[Known, ...] = ()

    @property
    def findings(self) -> int:
        """How many findings it knows."""
        return sum(entry.count for entry in self.entries)


def render(baseline: Baseline) -> str:
    """The text of a baseline; `read` gives the same baseline again, and the same baseline always has the same text."""
    shelves: dict[str, list[str]] = defaultdict(list)
    for entry in sorted(baseline.entries):
        shelves[_mark(entry)].append(f"  {_line(entry)},\n")
    body = "".join(f'  "{mark}",\n{"".join(shelves[mark])}' for mark in MARKS)
    return f'{{\n "version": {VERSION},\n "salt": "{baseline.salt.hex()}",\n "entries": [\n{body}  "end"\n ]\n}}\n'


def _line(entry: Known) -> str:
    told: dict[str, Any] = {"path": entry.path, "rule": entry.rule, "count": entry.count}
    told |= {"content": entry.content, "context": entry.context} | ({"secret": entry.secret} if entry.secret else {})
    return json.dumps(told)


def _mark(entry: Known) -> str:
    """Behind which mark an entry stands: by all that it is but its count, which may change where it stands."""
    told = json.dumps([entry.path, entry.rule, entry.content, entry.context, entry.secret])
    return hashlib.sha256(told.encode()).hexdigest()[:3]


def read(text: str, name: str) -> Baseline:
    """The baseline that ``text`` holds; ``name`` is what messages call the file. UsageError, with the line, for all else."""
    return _Reader(text, name).baseline()


class _Reader:
    """Goes through the lines once; each is what stands there in a baseline, or an error."""

    def __init__(self, text: str, name: str) -> None:
        lines = text.replace("\r\n", "\n").split("\n")
        self._name = name
        self._lines = lines
        self._at = 0

    def baseline(self) -> Baseline:
        self._literally("{")
        self._literally(f' "version": {VERSION},')
        salt = re.fullmatch(r' "salt": "([0-9a-f]{32})",', self._next())
        if salt is None:
            self._refuse("here its salt should stand")
        self._literally(' "entries": [')
        entries = tuple(sorted(self._entries()))
        self._literally(" ]")
        self._literally("}")
        self._literally("")
        if self._at < len(self._lines):
            self._next()
            self._refuse("here it should have ended")
        return Baseline(bytes.fromhex(salt[1]), entries)

    def _entries(self) -> Iterator[Known]:
        seen: dict[Known, int] = {}
        for mark, following in zip(MARKS, (*MARKS[1:], "end"), strict=True):
            if mark == MARKS[0]:
                self._literally(f'  "{mark}",')
            end = '  "end"' if following == "end" else f'  "{following}",'
            while (line := self._next()) != end:
                entry = self._entry(line)
                same = msgspec.structs.replace(entry, count=1)
                if same in seen:
                    self._refuse(f"the entry of line {seen[same]} stands here again")
                if _mark(entry) != mark:
                    self._refuse("this entry belongs elsewhere: it was changed by hand, or a line is lost")
                seen[same] = self._at
                yield entry

    def _entry(self, line: str) -> Known:
        if not (line.startswith("  {") and line.endswith("},")):
            self._refuse("this is neither an entry nor the mark that is due")
        try:
            entry = msgspec.convert(json.loads(line[2:-1], object_pairs_hook=_once), _Entry)
        except (ValueError, RecursionError) as error:
            self._refuse(f"not an entry: {' '.join(str(error).split())}")
        return Known(entry.path, entry.rule, entry.content, entry.context, entry.secret or "", entry.count)

    def _literally(self, expected: str) -> None:
        if self._next() != expected:
            self._refuse(f"here `{expected.strip()}` should stand" if expected else "here it should have ended")

    def _next(self) -> str:
        if self._at == len(self._lines):
            self._refuse("")
        self._at += 1
        line = self._lines[self._at - 1]
        if _CONFLICT.match(line):
            raise UsageError(f"{self._name}:{self._at}: a conflict marker", CONFLICT)
        return line

    def _refuse(self, what: str) -> NoReturn:
        if self._at == len(self._lines) and not self._lines[-1]:
            what = "it ends too early"
        raise UsageError(f"{self._name}:{max(self._at, 1)}: {what}", HINT)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a key stands twice")
    return entries


def divided(held: Baseline, now: Baseline | None, source: str) -> tuple[Known, ...]:
    """The entries of ``held``; those that a change has taken out, as ``now`` tells, under the name ``source``.

    They are known until the change is merged, but nobody asks it to take them out once more. Under another salt no secret can be
    said to be taken out.
    """
    there = Counter({_key(entry): entry.count for entry in now.entries}) if now is not None else Counter()
    comparable = now is None or now.salt == held.salt
    entries = []
    for entry in held.entries:
        kept = min(entry.count, there[_key(entry)]) if comparable or not entry.secret else entry.count
        entries += [msgspec.structs.replace(entry, count=kept)] if kept else []
        entries += [msgspec.structs.replace(entry, count=entry.count - kept, source=source)] if kept < entry.count else []
    return tuple(sorted(entries))


def _key(entry: Known) -> Known:
    return msgspec.structs.replace(entry, count=1)


def pruned(
    entries: Sequence[Known],
    findings: Sequence[Finding],
    sight: Sight,
    added: Iterable[Finding] = (),
    besides: Collection[Finding] = (),
) -> tuple[Known, ...]:
    """``entries`` as they are after a scan: those matched as what they are now, without what is gone, with ``added`` beside.

    What the scan did not look for stays as it was. No entry follows a finding in ``besides``.
    """
    covered = match(findings, entries, sight)
    kept = [finding for finding, entry in zip(findings, covered, strict=True) if entry is not None and finding not in besides]
    used = Counter(entry for entry in covered if entry is not None)
    unseen = [
        msgspec.structs.replace(entry, count=entry.count - used[at])
        for at, entry in enumerate(entries)
        if used[at] < entry.count and not sight.looked_for(entry)
    ]
    counts: Counter[Known] = Counter()
    for entry in (*known_from([*kept, *added]), *unseen):
        counts[msgspec.structs.replace(entry, count=1)] += entry.count
    return tuple(sorted(msgspec.structs.replace(entry, count=number) for entry, number in counts.items()))

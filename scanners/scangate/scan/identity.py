"""Gives every finding its fingerprint, evidence and line hash, from text that holds no secret any more. Design: identity."""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence

import msgspec

from scangate.model import Finding, Kind, Record, Span
from scangate.scan.redact import MASK, Clean, key_name, mask_suspicious, meets

__all__ = ["identify", "line_hashes"]

WINDOW = 100
BASE = 37
WORD = (1 << 64) - 1
END = "\uffff"  # of the file, as GitHub counts it
LONGEST_EVIDENCE = 240
LONGEST_LOOK = 2000
END_OF_LINE = 2**31 - 1
FARTHEST_CONTEXT = 50  # lines: beyond so many blank ones nothing is near any more
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_QUOTE = re.compile(r"\\?[\"']")
_COMMA = re.compile(r",(?=[)\]}])")
_LAST_WORD = re.compile(r"(?<!\S)\S++\Z")


def identify(findings: Iterable[Finding], text: Clean, secrets: Iterable[Span] = (), path: str | None = None) -> list[Finding]:
    """The findings of one scanner in one file, identified by ``text``, the file's without its secrets.

    ``secrets`` are where this scanner saw some; ``path`` is the file's, as reports show it, where it is not the findings'. A
    secret comes back with its ``extent``, by which its value is found again.
    """
    found = sorted(findings, key=Finding.sort_key)
    wanted = {finding.location.line for finding in found if finding.kind is not Kind.SECRET}
    hashes = line_hashes(text.lines, wanted) if wanted else {}
    spans = sorted(secrets)
    seen: Counter[str] = Counter()
    named = []
    matched = functools.cache(lambda place: _packed(text.within(place)))
    for finding in found:
        place = _extent(finding)
        content = _digest(finding.rule, _matter(finding, place, text, spans, matched))
        seen[content] += 1
        where = finding.location.path if path is None else path
        named.append(
            msgspec.structs.replace(
                finding,
                fingerprint=_digest(content, where, str(seen[content])),
                record=Record(content, _context(finding, text.lines), seen[content]),
                evidence=_evidence(finding, text.lines),
                line_hash="" if finding.kind is Kind.SECRET else hashes.get(finding.location.line, ""),
                reported_by=finding.reported_by or (finding.scanner,),
                extent=place if finding.kind is Kind.SECRET else None,
            )
        )
    return named


def _matter(finding: Finding, place: Span, text: Clean, secrets: Sequence[Span], matched: Callable[[Span], str]) -> str:
    """What a finding is about, in whatever file and line: a package, the name that a secret is given, or the matched text."""
    if finding.package is not None:
        return finding.package.name
    if finding.kind is Kind.SECRET:
        return _name(place, text, secrets)
    return matched(place)


def _name(place: Span, text: Clean, secrets: Sequence[Span]) -> str:
    """The name given to the secret at ``place``: there may be others before it on the line."""
    first = next((span for span in secrets if meets(span, place)), None)
    if first is None:
        return key_name(_line(text.lines, place.line))
    before = "".join(text.within(Span(first.line, 1, first.line, first.column)))
    return key_name(before.rpartition(MASK)[2] + MASK)


def _extent(finding: Finding) -> Span:
    """Where the matched text stands; the whole lines, where the scanner names no columns."""
    place = finding.location
    if finding.extent is not None:
        return finding.extent
    if place.column and place.end_column:
        return Span(place.line, place.column, place.end_line, place.end_column)
    return Span(place.line, 1, place.end_line, END_OF_LINE)


def _packed(lines: Iterable[str]) -> str:
    """Text without what a formatter changes: white space, the kind of quotes, a comma before a closing bracket, a line's join."""
    text = "".join("".join(line.split()).removesuffix("\\") for line in lines)
    return _COMMA.sub("", _QUOTE.sub('"', text))


def _context(finding: Finding, lines: Sequence[str]) -> str:
    """The nearest line with anything in it above, and below where that is of the same block: what moves when a block is moved.

    A dependency has none, since the order of pins says nothing; nor has a secret, which is what it is wherever it stands.
    """
    if finding.package is not None or finding.kind is Kind.SECRET:
        return ""
    first, last = finding.location.line, finding.location.end_line
    if finding.extent is not None:
        first, last = min(first, finding.extent.line), max(last, finding.extent.end_line)
    above = _nearest(lines, range(first - 1, 0, -1))
    below = _nearest(lines, range(last + 1, len(lines) + 1))
    return _digest(_packed([above]), _packed([below]) if _indent(below) >= _indent(_line(lines, first)) else "")


def _nearest(lines: Sequence[str], numbers: Iterable[int]) -> str:
    near = (_line(lines, number) for number in itertools.islice(numbers, FARTHEST_CONTEXT))
    return next((line for line in near if line.strip()), "")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _digest(*parts: str) -> str:
    packed = b"".join(
        len(data).to_bytes(8, "big") + data for data in (part.encode("utf-8", "surrogatepass") for part in ("v1", *parts))
    )
    return hashlib.sha256(packed).hexdigest()[:32]


def _evidence(finding: Finding, lines: Sequence[str]) -> str:
    """The first line, without what looks like a secret; a word that the cut goes through is left out: a piece of one."""
    line = _line(lines, finding.location.line)[:LONGEST_LOOK].strip()
    whole = len(_line(lines, finding.location.line)) <= LONGEST_LOOK
    line = mask_suspicious(line if whole else _LAST_WORD.sub("", line))
    return line if whole and len(line) <= LONGEST_EVIDENCE else f"{line[:LONGEST_EVIDENCE]}..."


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if number <= len(lines) else ""


def line_hashes(lines: Sequence[str], wanted: Container[int] | None = None) -> dict[int, str]:
    """GitHub's ``primaryLocationLineHash`` of the ``wanted`` lines (None: of all): a 64-bit base-37 polynomial over the next 100
    UTF-16 units without blanks and tabs, with the number of its occurrence. Source: github/codeql-action, src/fingerprints.ts
    (facts only). Equal units have equal hashes, so that those of the other lines need not be known to be counted."""
    text = "\n".join(line.replace(" ", "").replace("\t", "") for line in lines) + END + "\0" * WINDOW
    if not text.isascii():
        text = _ASTRAL.sub(_units, text)
    seen: Counter[str] = Counter()
    hashes = {}
    start = 0
    for number in range(1, len(lines) + 1):
        window = text[start : start + WINDOW]
        seen[window] += 1
        if wanted is None or number in wanted:
            hashes[number] = f"{_polynomial(window):x}:{seen[window]}"
        start = text.find("\n", start) + 1
    return hashes


def _polynomial(window: str) -> int:
    value = 0
    for unit in window:
        value = (value * BASE + ord(unit)) & WORD
    return value


def _units(match: re.Match[str]) -> str:
    """The two units of UTF-16 that stand for one sign."""
    high, low = divmod(ord(match[0]) - 0x10000, 0x400)
    return chr(0xD800 + high) + chr(0xDC00 + low)

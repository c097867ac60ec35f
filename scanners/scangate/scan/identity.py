"""Gives every finding its fingerprint, evidence and line hash, from text that holds no secret any more. Design: identity."""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence

import msgspec

from scangate.model import Finding, FindingIdentity, FindingKind, Span
from scangate.scan.masking import MASK, MaskedText, assigned_name, mask_suspicious, overlaps

__all__ = ["identify", "line_hashes"]

WINDOW = 100
BASE = 37
UINT64_MASK = (1 << 64) - 1
END_OF_FILE = "\uffff"  # of the file, as GitHub counts it
MAX_EVIDENCE_LENGTH = 240
MAX_LINE_LENGTH = 2000
END_OF_LINE = 2**31 - 1
MAX_CONTEXT_DISTANCE = 50  # lines: beyond so many blank ones nothing is near any more
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_QUOTE = re.compile(r"\\?[\"']")
_COMMA = re.compile(r",(?=[)\]}])")
_LAST_WORD = re.compile(r"(?<!\S)\S++\Z")


def identify(findings: Iterable[Finding], text: MaskedText, secrets: Iterable[Span] = (), path: str | None = None) -> list[Finding]:
    """The findings of one scanner in one file, identified by ``text``, the file's without its secrets.

    ``secrets`` are where this scanner saw some; ``path`` is the file's, as reports show it, where it is not the findings'. A
    secret comes back with its ``extent``, by which its value is found again.
    """
    found = sorted(findings, key=Finding.sort_key)
    wanted = {finding.location.line for finding in found if finding.kind is not FindingKind.SECRET}
    hashes = line_hashes(text.lines, wanted) if wanted else {}
    spans = sorted(secrets)
    seen: Counter[str] = Counter()
    named = []
    matched = functools.cache(lambda place: _normalize(text.lines_in(place)))
    for finding in found:
        place = _extent(finding)
        content = _digest(finding.rule, _matched_content(finding, place, text, spans, matched))
        seen[content] += 1
        where = finding.location.path if path is None else path
        named.append(
            msgspec.structs.replace(
                finding,
                fingerprint=_digest(content, where, str(seen[content])),
                identity=FindingIdentity(content, _context(finding, text.lines), seen[content]),
                evidence=_evidence(finding, text.lines),
                line_hash="" if finding.kind is FindingKind.SECRET else hashes.get(finding.location.line, ""),
                reported_by=finding.reported_by or (finding.scanner,),
                match_span=place if finding.kind is FindingKind.SECRET else None,
            )
        )
    return named


def _matched_content(
    finding: Finding, region: Span, text: MaskedText, secrets: Sequence[Span], matched: Callable[[Span], str]
) -> str:
    """What a finding is about, in whatever file and line: a package, the name that a secret is given, or the matched text."""
    if finding.affected_package is not None:
        return finding.affected_package.name
    if finding.kind is FindingKind.SECRET:
        return _secret_name(region, text, secrets)
    return matched(region)


def _secret_name(region: Span, text: MaskedText, secrets: Sequence[Span]) -> str:
    """The name given to the secret at ``place``: there may be others before it on the line."""
    first = next((span for span in secrets if overlaps(span, region)), None)
    if first is None:
        return assigned_name(_line(text.lines, region.line))
    before = "".join(text.lines_in(Span(first.line, 1, first.line, first.column)))
    return assigned_name(before.rpartition(MASK)[2] + MASK)


def _extent(finding: Finding) -> Span:
    """Where the matched text stands; the whole lines, where the scanner names no columns."""
    place = finding.location
    if finding.match_span is not None:
        return finding.match_span
    if place.column and place.end_column:
        return Span(place.line, place.column, place.end_line, place.end_column)
    return Span(place.line, 1, place.end_line, END_OF_LINE)


def _normalize(lines: Iterable[str]) -> str:
    """Text without what a formatter changes: white space, the kind of quotes, a comma before a closing bracket, a line's join."""
    text = "".join("".join(line.split()).removesuffix("\\") for line in lines)
    return _COMMA.sub("", _QUOTE.sub('"', text))


def _context(finding: Finding, lines: Sequence[str]) -> str:
    """The nearest line with anything in it above, and below where that is of the same block: what moves when a block is moved.

    A dependency has none, since the order of pins says nothing; nor has a secret, which is what it is wherever it stands.
    """
    if finding.affected_package is not None or finding.kind is FindingKind.SECRET:
        return ""
    first, last = finding.location.line, finding.location.end_line
    if finding.match_span is not None:
        first, last = min(first, finding.match_span.line), max(last, finding.match_span.end_line)
    above = _nearest(lines, range(first - 1, 0, -1))
    below = _nearest(lines, range(last + 1, len(lines) + 1))
    return _digest(_normalize([above]), _normalize([below]) if _indent(below) >= _indent(_line(lines, first)) else "")


def _nearest(lines: Sequence[str], numbers: Iterable[int]) -> str:
    near = (_line(lines, number) for number in itertools.islice(numbers, MAX_CONTEXT_DISTANCE))
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
    line = _line(lines, finding.location.line)[:MAX_LINE_LENGTH].strip()
    whole = len(_line(lines, finding.location.line)) <= MAX_LINE_LENGTH
    line = mask_suspicious(line if whole else _LAST_WORD.sub("", line))
    return line if whole and len(line) <= MAX_EVIDENCE_LENGTH else f"{line[:MAX_EVIDENCE_LENGTH]}..."


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if number <= len(lines) else ""


def line_hashes(lines: Sequence[str], wanted: Container[int] | None = None) -> dict[int, str]:
    """GitHub's ``primaryLocationLineHash`` of the ``wanted`` lines (None: of all): a 64-bit base-37 polynomial over the next 100
    UTF-16 units without blanks and tabs, with the number of its occurrence. Source: github/codeql-action, src/fingerprints.ts
    (facts only). Equal units have equal hashes, so that those of the other lines need not be known to be counted."""
    text = "\n".join(line.replace(" ", "").replace("\t", "") for line in lines) + END_OF_FILE + "\0" * WINDOW
    if not text.isascii():
        text = _ASTRAL.sub(_utf16_units, text)
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
        value = (value * BASE + ord(unit)) & UINT64_MASK
    return value


def _utf16_units(match: re.Match[str]) -> str:
    """The two units of UTF-16 that stand for one sign."""
    high, low = divmod(ord(match[0]) - 0x10000, 0x400)
    return chr(0xD800 + high) + chr(0xDC00 + low)

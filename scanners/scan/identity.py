"""Gives every finding its fingerprint, evidence and line hash, from text that holds no secret any more. Design: identity."""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from scanners.model import Finding, Kind, Record
from scanners.scan.redact import key_name, mask_suspicious

__all__ = ["identify", "line_hashes"]

WINDOW = 100
BASE = 37
WORD = (1 << 64) - 1
LONGEST_EVIDENCE = 240
LONGEST_LOOK = 2000
FARTHEST_CONTEXT = 50  # lines: beyond so many blank ones nothing is near any more
_LAST_WORD = re.compile(r"(?<!\S)\S++\Z")


def identify(findings: Iterable[Finding], lines: Sequence[str]) -> list[Finding]:
    """The findings of one scanner in one file, identified by ``lines``, the file's text with its secrets taken out."""
    found = sorted(findings, key=Finding.sort_key)
    hashes = line_hashes(lines) if any(finding.kind is not Kind.SECRET for finding in found) else {}
    seen: Counter[str] = Counter()
    named = []

    @functools.cache
    def matched(first: int, last: int) -> str:
        return "".join("".join(line.split()) for line in lines[first - 1 : last])

    for finding in found:
        content = _content(finding, matched, lines)
        seen[content] += 1
        named.append(
            msgspec.structs.replace(
                finding,
                fingerprint=_digest(content, finding.location.path, str(seen[content])),
                record=Record(content, _context(finding, lines), seen[content]),
                evidence=_evidence(finding, lines),
                line_hash="" if finding.kind is Kind.SECRET else hashes.get(finding.location.line, ""),
                reported_by=finding.reported_by or (finding.scanner,),
            )
        )
    return named


def _content(finding: Finding, matched: Callable[[int, int], str], lines: Sequence[str]) -> str:
    """What makes a finding this one in whatever file: never a line number, never a secret's value."""
    place = finding.location
    if finding.package is not None:
        return _digest(finding.rule, finding.package.name)
    if finding.kind is Kind.SECRET:
        return _digest(finding.rule, key_name(_line(lines, place.line)))
    return _digest(finding.rule, matched(place.line, place.end_line))


def _context(finding: Finding, lines: Sequence[str]) -> str:
    """The nearest line with anything in it on either side; a dependency has none, since the order of pins says nothing."""
    if finding.package is not None:
        return ""
    above = _nearest(lines, range(finding.location.line - 1, 0, -1))
    below = _nearest(lines, range(finding.location.end_line + 1, len(lines) + 1))
    return _digest(above, below)


def _nearest(lines: Sequence[str], numbers: Iterable[int]) -> str:
    packed = ("".join(_line(lines, number).split()) for number in itertools.islice(numbers, FARTHEST_CONTEXT))
    return next(filter(None, packed), "")


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


def line_hashes(lines: Sequence[str]) -> dict[int, str]:
    """GitHub's ``primaryLocationLineHash`` of each line: a 64-bit base-37 polynomial over the next 100 UTF-16 units without
    blanks and tabs, with the number of its occurrence. Source: github/codeql-action, src/fingerprints.ts (facts only)."""
    units: list[int] = []
    starts: list[int] = []
    for number, line in enumerate(lines):
        starts.append(len(units))
        packed = line.replace(" ", "").replace("\t", "").encode("utf-16-le", "surrogatepass")
        units.extend(memoryview(packed).cast("H"))
        units.append(10 if number < len(lines) - 1 else 65535)
    units.extend([0] * WINDOW)
    sums = [0, *itertools.accumulate(units, lambda total, unit: (total * BASE + unit) & WORD)]
    power = pow(BASE, WINDOW, WORD + 1)
    seen: Counter[int] = Counter()
    hashes = {}
    for number, start in enumerate(starts, start=1):
        value = (sums[start + WINDOW] - sums[start] * power) & WORD
        seen[value] += 1
        hashes[number] = f"{value:x}:{seen[value]}"
    return hashes

"""Gives every finding its fingerprint, evidence and line hash, from text that holds no secret any more. Design: identity."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from scanners.model import Finding, Kind
from scanners.scan.redact import key_name, mask_suspicious

__all__ = ["identify", "line_hashes"]

WINDOW = 100
BASE = 37
WORD = (1 << 64) - 1
LONGEST_EVIDENCE = 240


def identify(findings: Iterable[Finding], lines: Sequence[str]) -> list[Finding]:
    """The findings of one scanner in one file, identified by ``lines``, the file's text with its secrets taken out."""
    found = sorted(findings, key=Finding.sort_key)
    hashes = line_hashes(lines) if any(finding.kind is not Kind.SECRET for finding in found) else {}
    seen: Counter[str] = Counter()
    named = []
    for finding in found:
        content = _content(finding, lines)
        seen[content] += 1
        named.append(
            msgspec.structs.replace(
                finding,
                fingerprint=_digest(content, str(seen[content])),
                evidence=_evidence(finding, lines),
                line_hash="" if finding.kind is Kind.SECRET else hashes.get(finding.location.line, ""),
                reported_by=finding.reported_by or (finding.scanner,),
            )
        )
    return named


def _content(finding: Finding, lines: Sequence[str]) -> str:
    """What makes a finding this one: never a line number, never a secret's value."""
    place = finding.location
    if finding.package is not None:
        matched = finding.package.name
    elif finding.kind is Kind.SECRET:
        matched = key_name(_line(lines, place.line))
    else:
        matched = "".join("".join(line.split()) for line in lines[place.line - 1 : place.end_line])
    return _digest(finding.rule, place.path, matched)


def _digest(*parts: str) -> str:
    packed = b"".join(
        len(data).to_bytes(8, "big") + data for data in (part.encode("utf-8", "surrogatepass") for part in ("v1", *parts))
    )
    return hashlib.sha256(packed).hexdigest()[:32]


def _evidence(finding: Finding, lines: Sequence[str]) -> str:
    line = mask_suspicious(_line(lines, finding.location.line).strip())
    return line if len(line) <= LONGEST_EVIDENCE else f"{line[:LONGEST_EVIDENCE]}..."


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

"""Gives findings their fingerprint, evidence and line hash, computed from text without secrets.

Fingerprints are kept by exceptions, SARIF (``scangateFinding/v1``) and Security Hub; content and context by baselines. A change to
either needs a new version in `_digest` and in ``report/sarif.py``.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence

import msgspec

from scangate.model import Finding, FindingIdentity, FindingKind, FormerRule, Span
from scangate.scan.masking import MASK, assigned_name, cut_start, cut_text, mask_suspicious
from scangate.scan.secret_spans import MaskedText, SpanIndex

WINDOW = 100
BASE = 37
UINT64_MASK = (1 << 64) - 1
END_OF_FILE = "\uffff"  # of the file, in GitHub's algorithm
MAX_EVIDENCE_LENGTH = 240
MAX_LINE_LENGTH = 2000
END_OF_LINE = 2**31 - 1
MAX_CONTEXT_DISTANCE = 50  # lines; beyond so many blank ones there is no context
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_QUOTE = re.compile(r"\\?[\"']")
_COMMA = re.compile(r",(?=[)\]}])")


def identify(
    findings: Iterable[Finding],
    text: MaskedText,
    secrets: Iterable[Span] = (),
    path: str | None = None,
    redact_line: Callable[[str], str] = str,
) -> list[Finding]:
    """The findings of one scanner in one file with their identity, computed from the file's masked ``text``.

    The fingerprint is a digest of the content, the path and an ordinal among findings with the same content in the file, in their
    order. The content is a digest of the rule and of what it is about: the name of the package for a dependency, the assigned name
    for a secret, else the matched text without white space, quote style and trailing commas. The fingerprint has no line number,
    no version and no secret value. The context is a digest of the lines around the finding; the fingerprint does not depend on it.
    A finding with a former rule has the digests of both rules.

    ``secrets``: the spans that this scanner reported; ``path``: the file's path in reports, if it differs from the findings';
    ``redact_line`` masks the secrets of other files in the evidence. Secrets keep their ``match_span``, by which their value is
    found again.
    """
    ordered = sorted(findings, key=Finding.sort_key)
    wanted = {finding.location.line for finding in ordered if finding.kind is not FindingKind.SECRET}
    hashes = line_hashes(text.lines, wanted) if wanted else {}
    spans = SpanIndex(secrets)
    seen: Counter[str] = Counter()
    identified = []
    matched_text = functools.cache(lambda region: _normalize(text.lines_in(region)))
    for finding in ordered:
        region, is_secret = _matched_span(finding), finding.kind is FindingKind.SECRET
        matched = _matched_content(finding, region, text, spans, matched_text)
        file_path = finding.location.path if path is None else path
        content, ordinal, fingerprint = _name(finding.rule, matched, file_path, seen)
        identified.append(
            msgspec.structs.replace(
                finding,
                fingerprint=fingerprint,
                identity=FindingIdentity(content, _context(finding, text.lines), ordinal),
                former=_former_name(finding.former, matched, file_path, seen),
                evidence=_evidence(finding, text.lines, redact_line),
                line_hash="" if is_secret else hashes.get(finding.location.line, ""),
                reported_by=finding.reported_by or (finding.scanner,),
                match_span=region if is_secret else None,
            )
        )
    return identified


def _name(rule: str, matched: str, path: str, seen: Counter[str]) -> tuple[str, int, str]:
    """The content, the ordinal and the fingerprint of a finding of ``rule``, which is added to ``seen``."""
    content = _digest(rule, matched)
    seen[content] += 1
    return content, seen[content], _digest(content, path, str(seen[content]))


def _former_name(former: FormerRule | None, matched: str, path: str, seen: Counter[str]) -> FormerRule | None:
    """The digests of a finding under its former rule. It is counted among the findings of that rule, as it was before: so none
    of them gets another ordinal."""
    if former is None:
        return None
    content, ordinal, fingerprint = _name(former.rule, matched, path, seen)
    return FormerRule(former.rule, fingerprint, content, ordinal)


def version_fingerprint(content: str, path: str, ordinal: int, commit: str) -> str:
    """The fingerprint of a finding in the version of a file that ``commit`` brought: another value at the same place is another
    finding, whatever the order in which branches are merged. ``content`` and ``ordinal`` as in its `FindingIdentity`.
    """
    return _digest(content, path, str(ordinal), commit)


def _matched_content(
    finding: Finding, region: Span, text: MaskedText, secrets: SpanIndex, matched_text: Callable[[Span], str]
) -> str:
    """What identifies a finding in any file and line: a package, the name of a secret, or the matched text."""
    if finding.affected_package is not None:
        return finding.affected_package.name
    if finding.kind is FindingKind.SECRET:
        return _secret_name(region, text, secrets)
    return matched_text(region)


def _secret_name(region: Span, text: MaskedText, secrets: SpanIndex) -> str:
    """The name assigned to the secret in ``region``, also if there are others before it on the line."""
    first = next(secrets.overlapping(region), None)
    if first is None and not "".join(text.lines_in(region)).isidentifier():  # else it is a constant: password = None
        return assigned_name(_line(text.lines, region.line))
    first = first or region
    before = "".join(text.lines_in(Span(first.line, 1, first.line, first.column)))
    return assigned_name(before.rpartition(MASK)[2] + MASK)


def _matched_span(finding: Finding) -> Span:
    """The span of the matched text; whole lines if the scanner reports no columns."""
    location = finding.location
    if finding.match_span is not None:
        return finding.match_span
    if location.column and location.end_column:
        return Span(location.line, location.column, location.end_line, location.end_column)
    return Span(location.line, 1, location.end_line, END_OF_LINE)


def _normalize(lines: Iterable[str]) -> str:
    """Text without what a formatter changes: white space, quote style, trailing commas, line continuations."""
    text = "".join("".join(line.split()).removesuffix("\\") for line in lines)
    return _COMMA.sub("", _QUOTE.sub('"', text))


def _context(finding: Finding, lines: Sequence[str]) -> str:
    """The digest of the nearest non-blank line above, and of the one below if it is in the same block: it moves with a block.

    Empty for a dependency, since the order of pins means nothing, and for a secret, which is the same anywhere.
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


def _evidence(finding: Finding, lines: Sequence[str], redact_line: Callable[[str], str]) -> str:
    """The first line without possible secrets, of a long one the part around the column; cuts are shown as ``...``.

    A word at a cut is omitted, since it might be a piece of a secret.
    """
    whole = _line(lines, finding.location.line)
    first = cut_text(whole, MAX_LINE_LENGTH)
    line = mask_suspicious(redact_line(first.strip()), finding.location.path)
    if len(whole) <= MAX_LINE_LENGTH and len(line) <= MAX_EVIDENCE_LENGTH:
        return line
    column = finding.location.column - 1 - (len(first) - len(first.lstrip()))
    if MAX_EVIDENCE_LENGTH * 2 // 3 < column < len(line):
        around = cut_start(line, column - MAX_EVIDENCE_LENGTH // 3)
        if shown := cut_text(around, MAX_EVIDENCE_LENGTH):
            return f"...{shown}{'...' if shown != around or len(whole) > MAX_LINE_LENGTH else ''}"
    return f"{cut_text(line, MAX_EVIDENCE_LENGTH) or line[: MAX_EVIDENCE_LENGTH // 4]}..."


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if number <= len(lines) else ""


def line_hashes(lines: Sequence[str], wanted: Container[int] | None = None) -> dict[int, str]:
    """GitHub's ``primaryLocationLineHash`` of the ``wanted`` lines (None: all): a 64-bit base-37 polynomial over the next 100
    UTF-16 units without blanks and tabs, with the number of its occurrence.

    Source: github/codeql-action, src/fingerprints.ts (facts only). Windows are counted instead of hashes, so that the hashes of
    other lines need not be computed.
    """
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
    """The two UTF-16 units of a character above U+FFFF."""
    high, low = divmod(ord(match[0]) - 0x10000, 0x400)
    return chr(0xD800 + high) + chr(0xDC00 + low)

"""Explains one finding or one rule to the person who has to act on it: why, what, how to mend it, how to waive it. Pure text."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from scangate.model import About, Kind, Ruling, RulingOutcome
from scangate.report import escape, tally, wording
from scangate.report.mending import mend
from scangate.report.wording import many

__all__ = ["Waiving", "explain_finding", "explain_rule"]

WIDTH = 100
PLACES_SHOWN = 10
LABEL = 8

Places = Sequence[tuple[str, str]]
"""Paths in the policy's document, each with the ``file:line`` that says it."""


class Waiving(NamedTuple):
    """What a command that waives names beside the finding: the last day, and the verdict.json that has it, empty for none."""

    expires: str
    verdict: str = ""


def explain_finding(ruling: Ruling, places: Mapping[str, Places], about: About | None, waiving: Waiving) -> str:
    """The page for one finding. ``places`` are the policy's, by the rule of each member."""
    finding = ruling.finding
    where = wording.place(finding.location.path, finding.location.line, finding.location.column)
    lines = [f"{finding.rule}  {finding.fingerprint}", f"{where}  {ruling.severity.name.lower()}, {_outcome(ruling)}"]
    lines += _part("why", [ruling.because, *_said(places.get(_worst(ruling).finding.rule, ()))])
    lines += _part("what", _what(finding.title, finding.message, finding.cwe, finding.help_url))
    source = next((line.strip() for line in finding.evidence.splitlines() if line.strip()), "")
    lines += _part("source", [source] if source else [])
    lines += _part("told by", [_told(member, finding.message) for member in ruling.told])
    how = mend(finding.rule, finding) or (about.says if about is not None and about.says != finding.message else "")
    lines += _part("mend", [how or "the message above says how"])
    lines += _part("waive", _waivers(ruling, waiving), wrap=False)
    return _page(lines)


def explain_rule(about: About, ruled: Iterable[Ruling], waiving: Waiving) -> str:
    """The page for a rule, with what a verdict has of it: ``ruled``, each finding for itself, in the order of the reports."""
    ruled = tally.worst_first(ruled)
    lines = [about.rule]
    lines += _part("what", _what(about.title, about.says, about.cwe, about.help_url))
    lines += _part("mend", [mend(about.rule) or "what it says above, or the page it names"])
    outcomes = Counter(ruling.outcome for ruling in ruled)
    told = ", ".join(f"{outcomes[outcome]:,} {outcome.value}" for outcome in RulingOutcome if outcomes[outcome])
    found = [f"{many(len(ruled), 'finding')} in the last verdict: {told}" if ruled else "no finding in the last verdict"]
    found += [f"{_place(ruling)}  {ruling.finding.fingerprint}  {_outcome(ruling)}" for ruling in ruled[:PLACES_SHOWN]]
    found += [f"and {len(ruled) - PLACES_SHOWN:,} more"] if len(ruled) > PLACES_SHOWN else []
    lines += _part("found", found, wrap=False)
    paths = sorted({ruling.finding.location.path for ruling in ruled if ruling.outcome is RulingOutcome.BLOCKS})
    lines += _part("waive", [_waiver(about.rule, path, waiving) for path in paths[:PLACES_SHOWN]], wrap=False)
    return _page(lines)


def _worst(ruling: Ruling) -> Ruling:
    return next((each for each in ruling.told if (each.outcome, each.because) == (ruling.outcome, ruling.because)), ruling)


def _outcome(ruling: Ruling) -> str:
    return ruling.outcome.value


def _place(ruling: Ruling) -> str:
    return wording.place(ruling.finding.location.path, ruling.finding.location.line)


def _said(places: Places) -> Iterator[str]:
    for path, origin in places:
        yield f"{origin}  {path}" if origin != "default" else f"{path}, as it is where the policy says nothing"


def _what(title: str, message: str, cwe: Sequence[int], help_url: str) -> list[str]:
    weaknesses = ", ".join(f"CWE-{number}" for number in cwe)
    see = escape.link(help_url)
    return [text for text in (title, message if message != title else "", weaknesses, f"see {see}" if see else "") if text]


def _told(ruling: Ruling, message: str) -> str:
    """One scanner's word; its message unless that is the one the page shows already."""
    finding = ruling.finding
    judged = f"{ruling.severity.name.lower()}, {_outcome(ruling)}"
    own = "" if finding.severity is ruling.severity else f" ({finding.severity.name.lower()} by the scanner)"
    said = "" if finding.message == message else f": {finding.message}"
    return f"{finding.rule}  {judged}{own}  {finding.fingerprint}{said}"


def _waivers(ruling: Ruling, waiving: Waiving) -> list[str]:
    """A command for each member that still stands; a dependency's fault is waived by its rule, wherever it is pinned."""
    standing = [each.finding for each in ruling.told if each.outcome is not RulingOutcome.SUPPRESSED]
    return [
        _waiver(
            finding.rule if finding.kind is Kind.DEPENDENCY or not finding.fingerprint else finding.fingerprint,
            finding.location.path,
            waiving,
        )
        for finding in standing
    ]


def _waiver(name: str, path: str, waiving: Waiving) -> str:
    """The command, for this one path: it is a pattern, so what means something in one stands behind a backslash."""
    pattern = "/" + re.sub(r"([*?\[\\])", r"\\\1", path)
    words = ["scangate", "waive", name, "--path", pattern, "--reason", "WHY", "--owner", "WHO", "--expires", waiving.expires]
    words += ["--verdict", waiving.verdict] if waiving.verdict else []
    return " ".join(shlex.quote(word) for word in words)


def _part(label: str, texts: Iterable[str], *, wrap: bool = True) -> list[str]:
    """Lines behind a label in a column of its own; what is to be pasted is never wrapped."""
    lines: list[str] = []
    for text in texts:
        plain = escape.terminal(text[:4000])
        # a link is never cut
        wrapped = textwrap.wrap(plain, WIDTH - LABEL - 2, break_long_words=False, break_on_hyphens=False)
        lines += (wrapped or [""]) if wrap else [plain]
    head = [label, *[""] * (len(lines) - 1)]
    return [f"  {name:<{LABEL}}{line}" for name, line in zip(head, lines, strict=True)] if lines else []


def _page(lines: Iterable[str]) -> str:
    return "".join(f"{escape.ci(line).rstrip()}\n" for line in lines)

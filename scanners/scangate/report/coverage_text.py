"""The coverage section of a report in words: which content types were analyzed, and which were not; each format escapes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scangate.content.catalog import UNKNOWN
from scangate.content.scanner_suggestions import TRUST_NOTE, Suggestion, acceptance_hint, suggest_acceptance, suggest_scanner
from scangate.model import Analysis, AnalysisCoverage, ContentCoverage, Gap, GapKind, GapRuling, Report

MAX_TYPES = 8
"""How many content types a line names."""
MANIFEST = "-manifest"


def list_coverage(report: Report) -> list[ContentCoverage]:
    """The coverage of each content type: those that were not analyzed first, then those with the most files."""
    return sorted(report.coverage or (), key=lambda each: (not count_not_analyzed(each), -each.files, each.content_type))


def count_not_analyzed(content: ContentCoverage) -> int:
    """The number of files with an analysis that no scanner did."""
    return len({path for analysis in content.analyses for path in analysis.not_analyzed})


def summarize_coverage(report: Report) -> list[str]:
    """Two lines at most: what was covered, and what was not.

    ``covered: python 41, dockerfile 1`` and ``secrets only: ruby 912; npm dependencies not audited``.
    """
    covered, secrets_only, nothing, unaudited, audited_in_part = (dict[str, tuple[int, str]]() for _ in range(5))
    text = 0
    for content in report.coverage or ():
        name, by_analysis = content.content_type, {each.analysis: each for each in content.analyses}
        secrets, dependencies = by_analysis.get(Analysis.SECRETS), by_analysis.get(Analysis.DEPENDENCIES)
        own = [each for each in content.analyses if each.analysis in (Analysis.CODE, Analysis.CONFIGURATION)]
        missing = {path for each in own for path in each.not_analyzed}
        unsearched = set(secrets.not_analyzed) if secrets is not None else set()
        # with a gap or an exclusion of a scanner, so that they are not among the missing
        left_out = max((_count_left_out(each, content) for each in own), default=0)
        unsearched_left_out = _count_left_out(secrets, content) if secrets is not None else 0
        main = [*own, *([dependencies] if dependencies is not None else [])]
        neither = min(left_out, unsearched_left_out) if main else unsearched_left_out
        _add(nothing, name, len(unsearched) + neither, content.files)
        _add(secrets_only, name, len(missing - unsearched) + max(left_out - neither, 0), content.files)
        if dependencies is not None:
            manifest = name.removesuffix(MANIFEST)
            _add(unaudited, manifest, len(dependencies.not_analyzed))
            _add(audited_in_part, manifest, _count_left_out(dependencies, content))
        if main:
            _add(covered, name, min(each.files for each in main), content.files)
        elif name == UNKNOWN:
            _add(secrets_only, "text of unknown type", secrets.files if secrets is not None else 0, content.files)
        else:
            text += secrets.files if secrets is not None else 0
    segments = [_list(covered), f"other text {text:,}" if text else ""]
    lines = [f"covered: {', '.join(filter(None, segments))}" if any(segments) else ""]
    parts = [f"secrets only: {_list(secrets_only)}" if secrets_only else "", f"no analysis: {_list(nothing)}" if nothing else ""]
    parts.append(f"{_list(unaudited)} dependencies not audited" if unaudited else "")
    parts.append(f"{_list(audited_in_part)} dependencies not audited in full" if audited_in_part else "")
    return [line for line in (*lines, "; ".join(filter(None, parts))) if line]


def _count_left_out(analysis: AnalysisCoverage, content: ContentCoverage) -> int:
    """The number of files that were neither analyzed nor missed: a scanner has a gap for them, or the policy a reason."""
    return max(content.files - analysis.files - len(analysis.not_analyzed), 0)


def _add(group: dict[str, tuple[int, str]], name: str, number: int, of: int | None = None) -> None:
    """Add a number of files; ``of``: all files of the type; None: the number is not shown."""
    if number:
        count = "" if of is None else f" {number:,}" if number == of else f" {number:,} of {of:,}"
        group[name] = (number, f"{name}{count}")


def _list(group: dict[str, tuple[int, str]]) -> str:
    """The texts with the greatest numbers, and how many files of how many more types there are."""
    entries = sorted(group.values(), key=lambda entry: (-entry[0], entry[1]))
    shown = [text for _, text in entries[:MAX_TYPES]]
    if rest := entries[MAX_TYPES:]:
        shown.append(f"{len(rest):,} more {'type' if len(rest) == 1 else 'types'} {sum(number for number, _ in rest):,}")
    return ", ".join(shown)


def describe_analysis(analysis: AnalysisCoverage, files: int) -> str:
    """``41 by bandit, semgrep (114 rules)``, ``39 of 41 by bandit``, or ``not analyzed``."""
    if not analysis.files:
        return "not analyzed"
    number = f"{analysis.files:,}" if analysis.files == files else f"{analysis.files:,} of {files:,}"
    rules = f" ({analysis.rules:,} rules)" if analysis.rules else ""
    return f"{number} by {', '.join(analysis.scanners)}{rules}"


def describe_content(content: ContentCoverage) -> str:
    """All analyses of a content type in one line."""
    parts = [f"{each.analysis.value}: {describe_analysis(each, content.files)}" for each in content.analyses]
    return "; ".join(parts) or "nothing to analyze"


def describe_not_analyzed(group: Sequence[GapRuling]) -> str:
    """``ruby 912 (code), ansible 6 (configuration)``: what several gaps of the kind not-analyzed are about."""
    gaps = sorted((ruling.gap for ruling in group), key=lambda gap: (-gap.files, gap.content_type, gap.analysis or ""))
    shown = [f"{gap.content_type} {gap.files:,} ({gap.analysis.value if gap.analysis else ''})" for gap in gaps[:MAX_TYPES]]
    return ", ".join([*shown, f"{len(gaps) - MAX_TYPES:,} more"] if len(gaps) > MAX_TYPES else shown)


def list_mergeable(rulings: Iterable[GapRuling]) -> list[Gap]:
    """The blocking gaps of the kind not-analyzed, whose hints `merge_hints` merges; none if there is only one."""
    gaps = [ruling.gap for ruling in rulings if ruling.blocking and ruling.gap.kind is GapKind.NOT_ANALYZED]
    found = [gap for gap in gaps if gap.content_type and gap.analysis is not None]
    return found if len(found) > 1 else []


def remaining_hint(gap: Gap, mergeable: Sequence[Gap]) -> str:
    """The hint of a gap without what `merge_hints` says of it."""
    if gap not in mergeable or gap.analysis is None:
        return gap.hint
    hint = gap.hint.removesuffix(acceptance_hint(gap.content_type, gap.analysis))
    return "" if hint == _suggestion(gap, mergeable).hint else hint


def merge_hints(mergeable: Sequence[Gap], floor: str = "") -> list[tuple[str, list[str]]]:
    """Blocks with a title and lines: the scanners to add to the policy, the commands that osv needs, and what accepts all gaps.

    ``floor``: the name of the floor that bounds the policy, and may refuse the second.
    """
    suggestions = [_suggestion(gap, mergeable) for gap in mergeable if remaining_hint(gap, mergeable) == ""]
    scanners = dict.fromkeys(f"  {each.scanner}: {each.block}" for each in suggestions if not each.command)
    commands = dict.fromkeys(each.command for each in suggestions if each.command)
    entries = dict.fromkeys(suggest_acceptance(gap.content_type, gap.analysis) for gap in mergeable if gap.analysis is not None)
    note = f" ({TRUST_NOTE})" if any(each.starts_program for each in suggestions) else ""
    blocks = [(f"to have it analyzed, add scanners{note}:", ["scanners:", *scanners])] if scanners else []
    blocks += [("to have the dependencies audited, fetch the advisories:", list(commands))] if commands else []
    accepted = ["coverage:", "  allowed-gaps:", *(f"    - {entry}" for entry in entries)]
    title = f"to accept it, if the floor {floor} permits, with your reasons:" if floor else "to accept it, with your reasons:"
    return [*blocks, (title, accepted)] if entries else blocks


def _suggestion(gap: Gap, mergeable: Sequence[Gap]) -> Suggestion:
    analysis = gap.analysis or Analysis.CODE
    return suggest_scanner(gap.content_type, analysis, {each.content_type for each in mergeable if each.analysis is analysis})

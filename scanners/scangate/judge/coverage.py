"""Measures which analyses were done for which content types, and makes the gaps for analyses that no scanner did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

import msgspec

from scangate.content.catalog import CONTENT_TYPES
from scangate.content.scanner_suggestions import HELM_TEMPLATE, acceptance_hint, chart_folder, suggest_rendering, suggest_scanner
from scangate.judge.error_text import pluralize
from scangate.judge.policy import Policy
from scangate.judge.policy_matcher import PolicyMatcher
from scangate.model import (
    ANY_TYPE,
    COVERAGE,
    Analysis,
    AnalysisCoverage,
    ContentCoverage,
    Coverage,
    Decision,
    FileSource,
    Gap,
    GapKind,
    GapRuling,
    ScanResult,
    ScanStatus,
    SkipReason,
    Targets,
)

MAX_EXAMPLES = 3
"""How many of the paths a gap names."""

NAMES = dict(zip(Analysis, ("code analysis", "configuration analysis", "search for secrets", "dependency audit"), strict=True))


class _Scanner(NamedTuple):
    """What one scanner did: the paths that it analyzed, and those that it accounts for by a gap or an exclusion of its own."""

    name: str
    declared: Sequence[Coverage]
    ran: bool
    analyzed: Set[str]
    accounted: Set[str]
    accounts_for_all: bool


class _Ability(NamedTuple):
    """A scanner that does an analysis of some paths."""

    scanner: _Scanner
    rules: int
    paths: Set[str]

    @property
    def analyzed(self) -> Set[str]:
        """The paths that it did analyze."""
        return self.paths & self.scanner.analyzed

    @property
    def accounted(self) -> Set[str]:
        """The paths that it would have analyzed, and that it has a gap or the policy a reason for."""
        return self.paths if self.scanner.accounts_for_all else self.paths & self.scanner.accounted


def measure_coverage(
    targets: Targets, results: Iterable[ScanResult], declared: Mapping[str, Iterable[Coverage]], policy: Policy
) -> tuple[ContentCoverage, ...]:
    """The coverage of the files in ``targets.content`` that ``policy`` does not exclude for all scanners, by content type.

    ``declared``: what each scanner declares, those included that did not run. The history calls for the search for secrets only.
    """
    matcher = PolicyMatcher(policy)
    wanted = frozenset({Analysis.SECRETS}) if targets.source is FileSource.HISTORY else frozenset(Analysis)
    scanners = [_scanner(result, declared.get(result.scanner, ())) for result in results]
    missing = {gap.path for gap in targets.gaps if gap.path is not None}
    by_type = {
        content.content_type: frozenset(path for path in content.paths if matcher.exclusion_of("", path) is None)
        for content in targets.content
    }
    return tuple(
        ContentCoverage(content_type, len(paths), tuple(_measure(content_type, by_type, scanners, missing, wanted)))
        for content_type, paths in sorted(by_type.items())
        if paths
    )


def _scanner(result: ScanResult, declared: Iterable[Coverage]) -> _Scanner:
    gaps = {gap.path for gap in result.gaps}
    excluded = {skipped.path for skipped in result.skipped_paths if skipped.reason is SkipReason.EXCLUDED}
    return _Scanner(
        name=result.scanner,
        declared=tuple(declared),
        ran=result.status is not ScanStatus.SKIPPED,
        analyzed=frozenset(result.analyzed_files),
        accounted={path for path in gaps if path is not None} | excluded,
        accounts_for_all=None in gaps,
    )


def _analyses_for(content_type: str) -> Set[Analysis]:
    known = CONTENT_TYPES.get(content_type)
    return known.analyses if known is not None else frozenset({Analysis.SECRETS})


def _measure(
    content_type: str, by_type: Mapping[str, Set[str]], scanners: Sequence[_Scanner], missing: Set[str], wanted: Set[Analysis]
) -> Iterator[AnalysisCoverage]:
    called_for = _analyses_for(content_type) & wanted
    for analysis in Analysis:
        able = list(_find_able(content_type, analysis, by_type, scanners))
        done = [each for each in able if each.analyzed]
        if analysis not in called_for and not done:
            continue
        analyzed = {path for each in done for path in each.analyzed}
        accounted = {path for each in able for path in each.accounted}
        left = by_type[content_type] - analyzed - accounted - missing if analysis in called_for else set()
        yield AnalysisCoverage(
            analysis,
            files=len(analyzed),
            scanners=tuple(sorted({each.scanner.name for each in done})),
            rules=sum(each.rules for each in done),
            not_analyzed=tuple(sorted(left)),
            not_run=tuple(sorted({each.scanner.name for each in able if not each.scanner.ran and not each.paths.isdisjoint(left)})),
            undeclared=tuple(sorted(each.name for each in scanners if not each.declared and not each.analyzed.isdisjoint(left))),
        )


def _find_able(
    content_type: str, analysis: Analysis, by_type: Mapping[str, Set[str]], scanners: Iterable[_Scanner]
) -> Iterator[_Ability]:
    """The scanners that declare an analysis, each with the paths that the declaration is about."""
    for scanner in scanners:
        for each in scanner.declared:
            is_about_any = each.content_type == ANY_TYPE and analysis is Analysis.SECRETS
            if each.analysis is analysis and (is_about_any or each.content_type == content_type):
                paths = by_type[content_type]
                yield _Ability(scanner, each.rules, paths & _pure(each.within, by_type) if each.within else paths)


def _pure(content_type: str, by_type: Mapping[str, Set[str]]) -> Set[str]:
    """The paths of a type that contain no other configuration: of a piece in a file of two types, the container is not known."""
    others = {
        path
        for name, paths in by_type.items()
        if name != content_type and Analysis.CONFIGURATION in _analyses_for(name)
        for path in paths
    }
    return by_type.get(content_type, frozenset()) - others


def restrict_coverage(coverage: Iterable[ContentCoverage], prefix: str) -> tuple[ContentCoverage, ...]:
    """What was not analyzed of the files whose paths begin with ``prefix``; the other numbers are not known for them."""
    restricted = []
    for content in coverage:
        below = [(each, tuple(path for path in each.not_analyzed if path.startswith(prefix))) for each in content.analyses]
        if paths := {path for _, found in below for path in found}:
            analyses = (
                msgspec.structs.replace(each, files=0, scanners=(), rules=0, not_analyzed=found) for each, found in below if found
            )
            restricted.append(ContentCoverage(content.content_type, len(paths), tuple(analyses)))
    return tuple(restricted)


def rule_coverage_gaps(coverage: Iterable[ContentCoverage], matcher: PolicyMatcher) -> Iterator[GapRuling]:
    """A ruling for each content type and analysis that no scanner did; two if the policy accepts it for some of the files only.

    Files that the policy excludes call for nothing. A required scanner that did not run has a gap already.
    """
    decided = list(_decide(coverage, matcher))
    missing: defaultdict[Analysis, set[str]] = defaultdict(set)
    for content, analysis, decision, _ in decided:
        if decision is None:
            missing[analysis.analysis].add(content.content_type)
    denied = matcher.gap_denial()
    for content, analysis, decision, paths in decided:
        for part in _by_chart(content.content_type, paths):
            gap = _gap(content, analysis, part, missing[analysis.analysis])
            yield GapRuling(gap, decision is None, decision or denied)


def _by_chart(content_type: str, paths: Sequence[str]) -> list[Sequence[str]]:
    """The paths; templates of Helm by their chart, which is what can be rendered, and analyzed then."""
    if content_type != HELM_TEMPLATE:
        return [paths]
    charts: dict[str, list[str]] = {}
    for path in paths:
        charts.setdefault(chart_folder(path), []).append(path)
    return list(charts.values())


def _decide(
    coverage: Iterable[ContentCoverage], matcher: PolicyMatcher
) -> Iterator[tuple[ContentCoverage, AnalysisCoverage, Decision | None, Sequence[str]]]:
    """What was not analyzed, with the decision that allows it and the paths that this is about."""
    for content in coverage:
        for analysis in content.analyses:
            if not set(analysis.not_run).isdisjoint(matcher.policy.required_scanners):
                continue
            about = Gap(COVERAGE, None, GapKind.NOT_ANALYZED, "", content_type=content.content_type, analysis=analysis.analysis)
            paths_by_decision: defaultdict[Decision | None, list[str]] = defaultdict(list)
            for path in analysis.not_analyzed:
                if matcher.exclusion_of("", path) is None:
                    allowance = matcher.allowance_of(msgspec.structs.replace(about, path=path))
                    paths_by_decision[allowance].append(path)
            for decision, paths in paths_by_decision.items():
                yield content, analysis, decision, paths


def _gap(content: ContentCoverage, analysis: AnalysisCoverage, paths: Sequence[str], missing: Collection[str]) -> Gap:
    number = pluralize(len(paths), "file")
    some = f"{number} of {content.files}" if len(paths) < content.files else number
    examples = ", ".join(paths[:MAX_EXAMPLES]) + (", ..." if len(paths) > MAX_EXAMPLES else "")
    return Gap(
        COVERAGE,
        None,
        GapKind.NOT_ANALYZED,
        f"no scanner did the {NAMES[analysis.analysis]} of {content.content_type}: {some} ({examples})",
        hint=_hint(content.content_type, analysis, missing, paths),
        content_type=content.content_type,
        analysis=analysis.analysis,
        files=len(paths),
    )


def _hint(content_type: str, analysis: AnalysisCoverage, missing: Collection[str], paths: Sequence[str]) -> str:
    if content_type == HELM_TEMPLATE and analysis.analysis is Analysis.CONFIGURATION and paths:
        first = f"render the chart, and scan the result: {suggest_rendering(chart_folder(paths[0]))}"
    elif analysis.undeclared and not (analysis.not_run and analysis.analysis is Analysis.SECRETS):
        name = analysis.undeclared[0]
        block = f"scanners: {{{name}: {{analyzes: {{{content_type}: [{analysis.analysis}]}}}}}}"
        first = f"if {name} does this, let its block say so: {block}"
    elif analysis.not_run:
        first = f"enable {analysis.not_run[0]}: scanners: {{{analysis.not_run[0]}: {{enabled: true}}}}"
    else:
        first = suggest_scanner(content_type, analysis.analysis, missing).hint
    return first + acceptance_hint(content_type, analysis.analysis)

"""Gives scanners the pieces of a file that have a content type of their own, and turns reports on them into reports on the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from scangate.content.extraction import Piece, extract
from scangate.content.file_names import usual_name
from scangate.model import FileReport, Finding, FindingKind, Gap, Location, PieceLines, Secret, Span
from scangate.plugin import SourceFile

SEPARATOR = "//"  # between the path of a file and the name of its piece; no path in a repository has it
END_OF_LINE = 10**9


def piece_path(container: str, name: str) -> str:
    """The path of a piece: unique, and with the name's suffix, by which tools recognize it."""
    return f"{container}{SEPARATOR}{name}"


def typical_path(container: str, content_type: str) -> str:
    """The path that a piece of this type could have, for scanners that select files by their names."""
    return piece_path(container, usual_name(content_type, "piece"))


class PieceSource(SourceFile):
    """A piece as a scanner sees it; ``index`` counts the pieces of the container."""

    def __init__(self, container: str, piece: Piece, index: int, file: Path) -> None:
        super().__init__(piece_path(container, piece.name), file, piece.content_type, container)
        self.piece = piece
        self.index = index


def extract_pieces(source: SourceFile) -> Sequence[Piece]:
    """The pieces of a file, in the order that their ``index`` counts."""
    return extract(source.content_type, source.read_bytes()).pieces


def to_container(report: FileReport, source: SourceFile) -> FileReport:
    """A report on ``source`` as a report on its container, if it is a piece."""
    if not isinstance(source, PieceSource):
        return report
    path = source.container
    return FileReport(
        path,
        tuple(_map_finding(finding, source) for finding in report.findings),
        tuple(gap_to_container(gap, source) for gap in report.gaps),
        secret_spans=tuple(_map_span(span, source.piece) for span in report.secret_spans),
        components=tuple(
            msgspec.structs.replace(each, path=path, line=source.piece.to_container(each.line, 0)[0]) for each in report.components
        ),
        skipped_paths=tuple(
            msgspec.structs.replace(each, path=each.path.replace(source.path, path, 1)) for each in report.skipped_paths
        ),
        secrets=tuple(_map_secret(secret, source.piece) for secret in report.secrets),
    )


def gap_to_container(gap: Gap, source: SourceFile) -> Gap:
    """A gap of ``source`` as a gap of its container, if it is a piece."""
    if not isinstance(source, PieceSource):
        return gap
    line = source.piece.to_container(gap.line, 0)[0] if gap.line else source.piece.to_container(1, 0)[0]
    return msgspec.structs.replace(gap, path=source.container, line=line, reason=f"{source.piece.label}: {gap.reason}")


def _map_finding(finding: Finding, source: PieceSource) -> Finding:
    location = finding.location
    span = finding.match_span
    if span is None and not (location.column and location.end_column):
        span = Span(location.line, 1, location.end_line, END_OF_LINE)  # whole lines of the piece, not of the container
    return msgspec.structs.replace(
        finding,
        location=_map_location(location, source),
        match_span=None if span is None else _map_span(span, source.piece),
        piece=PieceLines(source.index, location.line, location.end_line),
    )


def _map_location(location: Location, source: PieceSource) -> Location:
    return source.piece.positions.relocate(location, source.container)


def _map_span(span: Span, piece: Piece) -> Span:
    """The span in the container; whole lines if it would be empty there."""
    line, column = piece.to_container(span.line, max(span.column, 1))
    end_line, end_column = piece.to_container(span.end_line, max(span.end_column, 1))
    if (end_line, end_column) <= (line, column):
        return Span(line, 1, max(line, end_line), END_OF_LINE)
    return Span(line, column, end_line, end_column)


def _map_secret(secret: Secret, piece: Piece) -> Secret:
    return msgspec.structs.replace(secret, spans=tuple(_map_span(span, piece) for span in secret.spans))


def without_repeated(reports: Iterable[FileReport], known: Sequence[FileReport]) -> Iterator[FileReport]:
    """``reports`` on pieces, without findings that one of ``known``, or an earlier one, has in the same place of the container.

    Rules about the container may be about what its pieces do, too: a finding of ``known`` with a CWE number in common, and at least
    the same severity, is the same.
    """
    found: dict[tuple[str, str], list[Finding]] = {}
    of_container: dict[str, list[Finding]] = {}
    for report in known:
        for finding in report.findings:
            found.setdefault((report.path, finding.rule), []).append(finding)
            of_container.setdefault(report.path, []).append(finding)
    for report in reports:
        kept = []
        for finding in report.findings:
            same = found.setdefault((report.path, finding.rule), [])
            alike = [other for other in of_container.get(report.path, ()) if _is_as_bad(other, finding)]
            if not any(_overlap(finding, other) for other in (*same, *alike)):
                kept.append(finding)
                same.append(finding)
        yield msgspec.structs.replace(report, findings=tuple(kept))


def _is_as_bad(other: Finding, finding: Finding) -> bool:
    """Whether a finding is about the same kind of weakness as another one of its scanner, and not less severe."""
    return (
        other.scanner == finding.scanner
        and FindingKind.SECRET not in (other.kind, finding.kind)
        and not set(other.cwe).isdisjoint(finding.cwe)
        and other.severity >= finding.severity
    )


def _overlap(finding: Finding, other: Finding) -> bool:
    """Whether two findings have a character in common; whole lines where a scanner reports no columns."""
    one, two = _extent(finding), _extent(other)
    return one[0] < two[1] and two[0] < one[1]


def _extent(finding: Finding) -> tuple[tuple[int, int], tuple[int, int]]:
    location, span = finding.location, finding.match_span
    if span is not None:
        return (span.line, span.column), (span.end_line, span.end_column)
    return (location.line, location.column or 1), (location.end_line, location.end_column or END_OF_LINE)

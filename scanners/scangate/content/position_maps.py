"""Maps positions in a piece of a file back to the file."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable, Sequence

import msgspec

from scangate.content.yaml_tree import line_starts, position
from scangate.model import Location


class Segment(msgspec.Struct, frozen=True, order=True, gc=False):
    """A run of characters that are the same in the piece and in the container; offsets in characters from 0."""

    piece: int
    container: int
    length: int


class PositionMap(msgspec.Struct, frozen=True):
    """Where the characters of a piece are in its container.

    ``segments`` are in the order of the piece. Characters between them are not in the container as such (the ``n`` of ``\\n`` in
    JSON, for instance): they are where the segment before them ends. ``piece_lines`` and ``container_lines`` are the offsets at
    which lines begin.
    """

    segments: tuple[Segment, ...]
    piece_lines: Sequence[int]
    container_lines: Sequence[int]

    def locate(self, line: int, column: int) -> tuple[int, int]:
        """Line and column in the container of a position in the piece; all count from 1, and column 0 stays 0.

        A column may be one past the end of the line, as exclusive ends are; a line beyond the end is the last line.
        """
        line = min(max(line, 1), len(self.piece_lines))
        offset = self.piece_lines[line - 1] + max(column, 1) - 1
        container_line, container_column = position(self.container_lines, self._container_offset(offset))
        return container_line, container_column if column else 0

    def relocate(self, location: Location, path: str) -> Location:
        """A location in the piece as a location in the container, which has this path."""
        line, column = self.locate(location.line, location.column)
        end_line, end_column = self.locate(location.end_line, location.end_column)
        return Location(path, line, max(line, end_line), column, end_column)

    def _container_offset(self, offset: int) -> int:
        return _container_offset(self.segments, offset)


def _container_offset(segments: Sequence[Segment], offset: int) -> int:
    index = bisect.bisect_right(segments, offset, key=lambda segment: segment.piece) - 1
    if index < 0:
        return segments[0].container if segments else 0
    segment = segments[index]
    return segment.container + min(offset - segment.piece, segment.length)


def compose(inner: Iterable[Segment], outer: Sequence[Segment]) -> Iterable[Segment]:
    """Segments from the inner piece to the outermost container."""
    for segment in inner:
        index = max(0, bisect.bisect_right(outer, segment.container, key=lambda item: item.piece) - 1)
        while index < len(outer) and outer[index].piece < segment.container + segment.length:
            start = max(segment.container, outer[index].piece)
            end = min(segment.container + segment.length, outer[index].piece + outer[index].length)
            if start < end:
                shift = start - segment.container
                yield Segment(segment.piece + shift, outer[index].container + start - outer[index].piece, end - start)
            index += 1


class MappedText(msgspec.Struct, frozen=True):
    """Text that was taken out of a container, with the segments that are the same in both."""

    text: str
    segments: tuple[Segment, ...] = ()

    def positions(self, container_lines: Sequence[int]) -> PositionMap:
        """The map of this text to a container with these lines."""
        return PositionMap(self.segments, line_starts(self.text), container_lines)

    def offset(self, offset: int) -> int:
        """The offset in the container of an offset in the text."""
        return _container_offset(self.segments, offset)

    def slice(self, start: int, end: int) -> MappedText:
        """A part of the text."""
        return MappedText(self.text[start:end], tuple(compose([Segment(0, start, end - start)], self.segments)))


def take(text: str, start: int, end: int) -> MappedText:
    """A part of the text of a container."""
    part = text[start:end]
    return MappedText(part, (Segment(0, start, len(part)),) if part else ())


def overwrite(text: MappedText, pattern: re.Pattern[str], mark: Callable[[re.Match[str]], str]) -> MappedText:
    """The text with each character of a match, but for line ends, replaced by the match's ``mark``; these are in no segment."""
    parts: list[MappedText | str] = []
    end = 0
    for match in pattern.finditer(text.text):
        parts += [text.slice(end, match.start()), re.sub(r"[^\r\n]", mark(match), match[0])]
        end = match.end()
    return join([*parts, text.slice(end, len(text.text))])


def join(parts: Iterable[MappedText | str]) -> MappedText:
    """The concatenation of texts; a ``str`` is in no container."""
    texts, segments, length = [], [], 0
    for part in parts:
        text = part if isinstance(part, str) else part.text
        if not isinstance(part, str):
            segments += [Segment(item.piece + length, item.container, item.length) for item in part.segments]
        texts.append(text)
        length += len(text)
    return MappedText("".join(texts), tuple(segments))

"""Prints a report in one of the console formats, at the width and with the colours of the terminal."""

from __future__ import annotations

import os

from rich.console import Console
from rich.segment import Segment as RichSegment
from rich.segment import Segments
from rich.style import Style

from scangate.cli.console import write_page
from scangate.cli.console_options import ConsoleOptions
from scangate.model import Report
from scangate.report import CONSOLE_FORMATS
from scangate.report.layout import Line, Segment
from scangate.report.view import DEFAULT_WIDTH

MIN_WIDTH = 20
LINES_AT_ONCE = 1000


class PipeAwareConsole(Console):
    """A console that raises BrokenPipeError; rich's own would exit with code 1."""

    def on_broken_pipe(self) -> None:
        """Raises the error that rich has caught."""
        raise BrokenPipeError


def print_console_report(report: Report, options: ConsoleOptions, *, stderr: bool = False) -> None:
    """Prints the report on standard output or standard error. Raises OSError.

    A terminal's width is used; a file or a pipe gets DEFAULT_WIDTH columns, unless COLUMNS says otherwise.
    """
    form = CONSOLE_FORMATS[options.format]
    if form.is_document:
        write_page(form.render_document(report), stderr=stderr)
        return
    console = PipeAwareConsole(stderr=stderr)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = DEFAULT_WIDTH
    console.width = max(console.width, MIN_WIDTH)  # rich prints nothing if COLUMNS is too small
    print_lines(console, list(form.render_lines(report, options.view(console.width))))
    console.file.flush()


def print_lines(console: Console, lines: list[Line]) -> None:
    """Prints lines as they are; the console decides about colours, and whether addresses become links."""
    links = shows_links(console)
    styles: dict[tuple[str, str], Style] = {}
    for start in range(0, len(lines), LINES_AT_ONCE):
        segments = []
        for line in lines[start : start + LINES_AT_ONCE]:
            segments += [_to_rich(segment, console.encoding, styles, links=links) for segment in _without_end(line)]
            segments.append(RichSegment.line())
        console.print(Segments(segments), soft_wrap=True, end="")


def shows_links(console: Console) -> bool:
    """Whether the console is a terminal that can show links: not one without colours (NO_COLOR), and not the log of a build."""
    return console.is_terminal and console.color_system is not None and not console.no_color and not os.environ.get("CI")


def _without_end(line: Line) -> list[Segment]:
    """The line without white space at its end."""
    segments = list(line)
    while segments and not segments[-1].text.strip():
        segments.pop()
    return [*segments[:-1], segments[-1]._replace(text=segments[-1].text.rstrip())] if segments else []


def _to_rich(segment: Segment, encoding: str, styles: dict[tuple[str, str], Style], *, links: bool) -> RichSegment:
    """The segment; characters that ``encoding`` lacks are escaped."""
    key = (segment.style, segment.link if links else "")
    if key not in styles:
        styles[key] = Style.parse(key[0]) + Style(link=key[1] or None)
    return RichSegment(segment.text.encode(encoding, "backslashreplace").decode(encoding), styles[key])

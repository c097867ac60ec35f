"""What a command prints on the console: the values of ``--format``, ``--all``, ``--verbose`` and ``--quiet``."""

from __future__ import annotations

from pathlib import Path

import msgspec

from scangate.cli.fingerprints import name_verdict
from scangate.report import CONSOLE_FORMATS, DEFAULT_CONSOLE_FORMAT
from scangate.report.view import Acceptance, View


class ConsoleOptions(msgspec.Struct, frozen=True):
    """What to print: a format of `CONSOLE_FORMATS`, and how much of the report; the other fields are those of a `View`.

    ``verdict``: the verdict.json that has the findings, None for none. ``is_kept``: ``scangate explain`` finds them without one.
    """

    format: str = DEFAULT_CONSOLE_FORMAT
    show_all: bool = False
    verbose: bool = False
    quiet: bool = False
    more_option: str = "--all"
    verdict: Path | None = None
    is_kept: bool = False
    root: str = ""
    acceptance: Acceptance | None = None

    @property
    def only_verdict(self) -> bool:
        """Whether --quiet leaves only the verdict: not of an output for programs."""
        return self.quiet and not CONSOLE_FORMATS[self.format].for_programs

    def view(self, width: int) -> View:
        """The view of a console of so many columns."""
        without_file = "" if self.is_kept else None
        return View(
            width=width,
            show_all=self.show_all,
            verbose=self.verbose,
            more_option=self.more_option,
            verdict=without_file if self.verdict is None else name_verdict(self.verdict),
            root=self.root,
            acceptance=self.acceptance,
        )

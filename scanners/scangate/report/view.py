"""How much of a report a console format shows, and for which width."""

from __future__ import annotations

import msgspec

DEFAULT_WIDTH = 100
MIN_WIDTH = 40
MAX_WIDTH = 240


class View(msgspec.Struct, frozen=True, kw_only=True):
    """``width``: the columns of the terminal. ``show_all``: no list is cut. ``verbose``: findings and gaps that do not block are
    listed, not only counted. ``more_option``: the option that shows everything, as the command calls it.
    """

    width: int = DEFAULT_WIDTH
    show_all: bool = False
    verbose: bool = False
    more_option: str = "--all"

    @property
    def columns(self) -> int:
        """The width to lay out for: within what is readable."""
        return min(max(self.width, MIN_WIDTH), MAX_WIDTH)

    def limit(self, number: int) -> int | None:
        """The length of a list of which at most ``number`` entries are shown; None for all."""
        return None if self.show_all else number

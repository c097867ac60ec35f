"""Turns SIGINT and SIGTERM into the end of a scan that is still told, instead of the end of the program."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

__all__ = ["Interruption", "watched"]

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


class Interruption:
    """Whether the run was interrupted, and by what."""

    def __init__(self) -> None:
        self._signal: signal.Signals | None = None

    @property
    def name(self) -> str:
        """The signal's name, empty where there was none."""
        return self._signal.name if self._signal is not None else ""

    @property
    def code(self) -> int:
        """The exit code that a shell expects: 130 or 143; 0 where there was no signal."""
        return CODES[self._signal] if self._signal is not None else 0

    def note(self, number: int) -> None:
        """Remembers the first signal."""
        self._signal = self._signal or signal.Signals(number)


@contextlib.contextmanager
def watched(cancel: Callable[[], None]) -> Iterator[Interruption]:
    """Calls ``cancel`` when a signal asks the program to end; restores the former handlers afterwards."""
    interruption = Interruption()

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        interruption.note(number)
        cancel()

    former = {number: signal.signal(number, handle) for number in CODES}
    try:
        yield interruption
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)

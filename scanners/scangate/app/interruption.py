"""Turns SIGINT, SIGTERM and SIGHUP into the end of a scan that is still told, instead of the end of the program."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

__all__ = ["Interruption", "catch_signals"]

EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


class Interruption:
    """Whether the run was interrupted, and by what."""

    def __init__(self) -> None:
        self._signal: signal.Signals | None = None
        self._cancel: Callable[[], None] = lambda: None

    @property
    def name(self) -> str:
        """The signal's name, empty where there was none."""
        return self._signal.name if self._signal is not None else ""

    @property
    def code(self) -> int:
        """The exit code that a shell expects: 128 and the signal's number; 0 where there was no signal."""
        return EXIT_CODES[self._signal] if self._signal is not None else 0

    def on_interrupt(self, cancel: Callable[[], None]) -> None:
        """Calls ``cancel`` at the first signal, at once where it has come already."""
        self._cancel = cancel
        if self._signal is not None:
            cancel()

    def record_signal(self, number: int) -> None:
        """Remembers the first signal; the others change nothing."""
        self._signal = self._signal or signal.Signals(number)
        self._cancel()


@contextlib.contextmanager
def catch_signals() -> Iterator[Interruption]:
    """Notes the signals that ask the program to end; restores the former handlers afterwards."""
    interruption = Interruption()

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        interruption.record_signal(number)

    wanted = [
        number for number in EXIT_CODES if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN
    ]  # nohup
    former = {number: signal.signal(number, handle) for number in wanted}
    try:
        yield interruption
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)

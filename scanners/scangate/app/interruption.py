"""Turns SIGINT, SIGTERM and SIGHUP into an orderly end of the run, with a report."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

SIGNAL_EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


class Interruption:
    """Whether a run was interrupted, and by which signal."""

    def __init__(self) -> None:
        self._signal: signal.Signals | None = None
        self._cancel: Callable[[], None] = lambda: None

    @property
    def name(self) -> str:
        """The signal's name; empty if there was none."""
        return self._signal.name if self._signal is not None else ""

    @property
    def code(self) -> int:
        """The exit code by convention, 128 plus the signal's number; 0 if there was no signal."""
        return SIGNAL_EXIT_CODES[self._signal] if self._signal is not None else 0

    def on_interrupt(self, cancel: Callable[[], None]) -> None:
        """Calls ``cancel`` at each signal, or now if one was received already."""
        self._cancel = cancel
        if self._signal is not None:
            cancel()

    def record_signal(self, number: int) -> None:
        """Records the first signal; cancels the run at each."""
        self._signal = self._signal or signal.Signals(number)
        self._cancel()


@contextlib.contextmanager
def catch_signals() -> Iterator[Interruption]:
    """Records the signals that ask the process to end, and restores the former handlers afterwards."""
    interruption = Interruption()

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        interruption.record_signal(number)

    is_nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    former = {number: signal.signal(number, handle) for number in SIGNAL_EXIT_CODES if not (number is signal.SIGHUP and is_nohup)}
    try:
        yield interruption
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)

"""Runs a call in a thread. ``concurrent.futures`` does more, and takes ten times as long to import."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BackgroundCall(Generic[Value]):
    """Starts ``call`` at once; `result` waits for it.

    The thread is not a daemon: the program does not exit before the call has ended, even if the result is not used.
    """

    def __init__(self, call: Callable[[], Value]) -> None:
        self._call = call
        self._values: list[Value] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._values.append(self._call())
        except BaseException as error:  # noqa: BLE001 -- raised by `result`
            self._error = error

    def result(self) -> Value:
        """The call's return value; raises what the call raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._values[0]

"""A call that goes on in a thread of its own. ``concurrent.futures`` does this and more, and takes ten times as long to import."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["BackgroundCall"]

Value = TypeVar("Value")


class BackgroundCall(Generic[Value]):
    """``call``, begun at once; what came of it is there for whoever asks.

    Where nobody does, it goes on all the same, and the end of the program waits for it: whoever begins one sees to its end.
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
        except BaseException as fault:  # noqa: BLE001 -- raised where the value is asked for
            self._error = fault

    def result(self) -> Value:
        """What the call returned, once it has; what it raised is raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._values[0]

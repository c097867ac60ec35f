"""The current time in UTC."""

from __future__ import annotations

import datetime as dt

__all__ = ["today", "utc_now"]


def utc_now() -> dt.datetime:
    """The current time in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The current day in UTC, so that an exception expires at the same moment on every machine."""
    return utc_now().date()

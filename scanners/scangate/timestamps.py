"""Format and parse UTC timestamps (ISO 8601, in seconds)."""

from __future__ import annotations

import datetime as dt

__all__ = ["format_timestamp", "parse_timestamp", "today", "utc_now"]


def format_timestamp(moment: dt.datetime) -> str:
    """Return an aware datetime as ``2026-01-31T12:00:00Z``."""
    return moment.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_timestamp(text: str) -> dt.datetime:
    """Return an aware datetime. Raises ValueError if the text is no timestamp or has no time zone."""
    moment = dt.datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith("Z") else text)  # Python 3.9 and 3.10 read no Z
    if moment.tzinfo is None:
        raise ValueError("a timestamp without a time zone")
    return moment


def utc_now() -> dt.datetime:
    """The current time in UTC."""
    return dt.datetime.now(dt.timezone.utc)


def today() -> dt.date:
    """The current day in UTC, so that an exception expires at the same moment on every machine."""
    return utc_now().date()

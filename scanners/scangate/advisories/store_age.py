"""Finds out whether the advisories of a store are too old for the policy."""

from __future__ import annotations

import datetime as dt

from scangate.advisories.lookup_chain import UPDATE_HINT
from scangate.advisories.store import StoreInfo
from scangate.errors import ScanError
from scangate.model import GapKind


def find_staleness(
    info: StoreInfo, max_age_days: int | None, today: dt.date, command: str = "scangate advisories update"
) -> ScanError | None:
    """Why a store is older than ``max_age_days``, or None. ``command`` updates it."""
    if max_age_days is None:
        return None
    try:
        # a record with a date in the future must not make an old store look recent, so the older of the two dates counts
        age = max((today - dt.datetime.fromisoformat(stamp).date()).days for stamp in (info.newest, info.imported))
    except ValueError:
        return ScanError(GapKind.STALE_STORE, "the age of the advisory store is unknown", UPDATE_HINT)
    if age <= max_age_days:
        return None
    reason = f"the advisory store is older than the {max_age_days} days that the policy allows"
    return ScanError(GapKind.STALE_STORE, reason, f"update it: {command}")

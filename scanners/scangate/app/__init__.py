"""The use cases, as functions: a request in, a report out. They print nothing and do not exit. See docs/reference/python-api.md."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scangate.app.baseline import BaselineUpdate, create_baseline, update_baseline
    from scangate.app.events import Events
    from scangate.app.interruption import Interruption, catch_signals
    from scangate.app.merging import merge
    from scangate.app.reevaluation import reevaluate
    from scangate.app.report_files import ReportTarget
    from scangate.app.requests import MergeRequest, ReevaluationRequest, ScanRequest, ShardRequest
    from scangate.app.scanning import scan
    from scangate.app.sharding import ShardResult, scan_shard

__all__ = [
    "BaselineUpdate",
    "Events",
    "Interruption",
    "MergeRequest",
    "ReevaluationRequest",
    "ReportTarget",
    "ScanRequest",
    "ShardRequest",
    "ShardResult",
    "catch_signals",
    "create_baseline",
    "merge",
    "reevaluate",
    "scan",
    "scan_shard",
    "update_baseline",
]

_MODULES = {
    "baseline": ("BaselineUpdate", "create_baseline", "update_baseline"),
    "events": ("Events",),
    "interruption": ("Interruption", "catch_signals"),
    "merging": ("merge",),
    "reevaluation": ("reevaluate",),
    "report_files": ("ReportTarget",),
    "requests": ("MergeRequest", "ReevaluationRequest", "ScanRequest", "ShardRequest"),
    "scanning": ("scan",),
    "sharding": ("ShardResult", "scan_shard"),
}


def __getattr__(name: str) -> Any:
    """Imports a use case when it is first used: most callers need one of them."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"scangate.app.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""The use cases, as functions: a request in, a report out. They print nothing and do not exit. See docs/reference/python-api.md."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scangate.app.baseline import BaselineUpdate as BaselineUpdate
    from scangate.app.baseline import create_baseline as create_baseline
    from scangate.app.baseline import update_baseline as update_baseline
    from scangate.app.comparison import compare_verdict_files as compare_verdict_files
    from scangate.app.diagnosis import diagnose as diagnose
    from scangate.app.events import Events as Events
    from scangate.app.interruption import Interruption as Interruption
    from scangate.app.interruption import catch_signals as catch_signals
    from scangate.app.merging import merge as merge
    from scangate.app.reevaluation import reevaluate as reevaluate
    from scangate.app.rendering import render_verdict as render_verdict
    from scangate.app.report_files import ReportTarget as ReportTarget
    from scangate.app.requests import MergeRequest as MergeRequest
    from scangate.app.requests import ReevaluationRequest as ReevaluationRequest
    from scangate.app.requests import RenderingRequest as RenderingRequest
    from scangate.app.requests import ScanRequest as ScanRequest
    from scangate.app.requests import ShardRequest as ShardRequest
    from scangate.app.scanning import scan as scan
    from scangate.app.sharding import ShardResult as ShardResult
    from scangate.app.sharding import scan_shard as scan_shard

_MODULES = {
    "baseline": ("BaselineUpdate", "create_baseline", "update_baseline"),
    "comparison": ("compare_verdict_files",),
    "diagnosis": ("diagnose",),
    "events": ("Events",),
    "interruption": ("Interruption", "catch_signals"),
    "merging": ("merge",),
    "reevaluation": ("reevaluate",),
    "rendering": ("render_verdict",),
    "report_files": ("ReportTarget",),
    "requests": ("MergeRequest", "ReevaluationRequest", "RenderingRequest", "ScanRequest", "ShardRequest"),
    "scanning": ("scan",),
    "sharding": ("ShardResult", "scan_shard"),
}


def __getattr__(name: str) -> Any:
    """Imports a use case when it is first used: most callers need one of them."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"scangate.app.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

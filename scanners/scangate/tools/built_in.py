"""The table of built-in scanners."""

from __future__ import annotations

import importlib
from typing import Any

from scangate.plugin import Scanner

MODULES = ("bandit", "semgrep", "detect_secrets", "pip_audit", "osv", "taint", "betterleaks", "credsweeper", "zizmor")
_modules = [importlib.import_module(f"scangate.tools.{name}") for name in MODULES]
BUILT_IN: dict[str, Scanner[Any]] = {module.NAME: module for module in _modules}

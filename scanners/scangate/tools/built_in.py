"""The table of built-in scanners."""

from __future__ import annotations

from typing import Any

from scangate.plugin import Scanner
from scangate.tools import bandit, detect_secrets, pip_audit, semgrep

BUILT_IN: dict[str, Scanner[Any]] = {module.NAME: module for module in (bandit, semgrep, detect_secrets, pip_audit)}

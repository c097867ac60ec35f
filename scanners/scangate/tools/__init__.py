"""The built-in scanners, one module each; unexpected output of a tool is an error.

They are imported on first use, since the worker processes are modules of this package that need none of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scangate.plugin import Scanner
    from scangate.tools.sarif_command import Options as CommandOptions
    from scangate.tools.sarif_command import SarifCommand

    BUILT_IN: dict[str, Scanner[Any]]

__all__ = ["BUILT_IN", "CommandOptions", "SarifCommand"]

MODULES = ("bandit", "semgrep", "detect_secrets", "pip_audit")
FROM_SARIF = {"CommandOptions": "Options", "SarifCommand": "SarifCommand"}


def __getattr__(name: str) -> Any:
    value: Any
    if name == "BUILT_IN":
        modules = [importlib.import_module(f"{__name__}.{module}") for module in MODULES]
        value = {module.NAME: module for module in modules}
    elif name in FROM_SARIF:
        value = getattr(importlib.import_module(f"{__name__}.sarif_command"), FROM_SARIF[name])
    else:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    globals()[name] = value
    return value

"""The scanners that come with scangate, one file each; a tool's answer is read strictly or not believed.

They are imported when they are asked for: a worker that is one module of this package needs none of the others.
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

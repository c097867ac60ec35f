"""Which scanners there are: the built-in ones, and those that other distributions offer by an entry point."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

from scanners.errors import UsageError
from scanners.scan.plugin import Scanner
from scanners.tools import BUILT_IN

__all__ = ["GROUP", "known"]

GROUP = "scangate.scanners"


def known() -> dict[str, Scanner]:
    """Every scanner by its name, the built-in ones first. UsageError where two bear one name, or a plugin does not load."""
    scanners = dict(BUILT_IN)
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        for scanner in _load(entry):
            if scanner.NAME in scanners:
                raise UsageError(f"two scanners are called {scanner.NAME}: one is from {entry.value}", "uninstall one of them")
            scanners[scanner.NAME] = scanner
    return scanners


def _load(entry: EntryPoint) -> tuple[Scanner, ...]:
    """What an entry point gives: a scanner, or a factory that gives several."""
    try:
        plugin: Any = entry.load()
        found = tuple(plugin()) if callable(plugin) and not hasattr(plugin, "NAME") else (plugin,)
    except Exception as error:
        raise UsageError(
            f"the scanner plugin {entry.value} does not load: {type(error).__name__}", f"pip uninstall {_from(entry)}"
        ) from error
    for scanner in found:
        missing = [
            name for name in ("NAME", "ACCOUNTING", "SPLITS", "Options", "version", "reads", "scan") if not hasattr(scanner, name)
        ]
        if missing:
            raise UsageError(f"the scanner plugin {entry.value} lacks {', '.join(missing)}", f"pip uninstall {_from(entry)}")
    return found


def _from(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.module

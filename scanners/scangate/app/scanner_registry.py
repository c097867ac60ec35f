"""Lists the scanners: the built-in ones, and those of plugins, which register by an entry point."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from scangate.errors import UsageError
from scangate.plugin import Scanner
from scangate.tools.built_in import BUILT_IN

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP = "scangate.scanners"
REQUIRED = ("NAME", "Options", "version", "reads", "scan")


def load_scanners() -> dict[str, Scanner[Any]]:
    """Every scanner by name, the built-in ones first. Raises UsageError for a name clash or a plugin that cannot be loaded."""
    scanners = dict(BUILT_IN)
    for entry in _find_entry_points():
        for scanner in _load_plugin(entry):
            if scanner.NAME in scanners:
                raise UsageError(f"two scanners are named {scanner.NAME}; one is from {entry.value}", _uninstall_hint(entry))
            scanners[scanner.NAME] = scanner
    return scanners


def _find_entry_points() -> list[EntryPoint]:
    if not any(map(_may_have_plugins, sys.path)):
        return []
    from importlib.metadata import entry_points  # noqa: PLC0415 -- slow to import, and rarely needed

    return sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name)


def _may_have_plugins(path_entry: str) -> bool:
    """Whether a package in ``path_entry`` may register a scanner; true if that cannot be determined."""
    try:
        names = os.listdir(path_entry or ".")  # noqa: PTH208
    except NotADirectoryError:
        return True
    except OSError:
        return False
    for name in names:
        if name.endswith((".dist-info", ".egg-info")):
            try:
                with open(os.path.join(path_entry, name, "entry_points.txt"), "rb") as file:  # noqa: PTH118, PTH123
                    if ENTRY_POINT_GROUP.encode() in file.read():
                        return True
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                return True
        elif name.endswith(".egg"):
            return True
    return False


def _load_plugin(entry: EntryPoint) -> tuple[Scanner[Any], ...]:
    """The scanners of an entry point, which is a scanner or a function that returns several."""
    try:
        plugin: Any = entry.load()
        scanners = tuple(plugin()) if callable(plugin) and not hasattr(plugin, "NAME") else (plugin,)
    except Exception as error:
        message = f"the scanner plugin {entry.value} cannot be loaded: {type(error).__name__}"
        raise UsageError(message, _uninstall_hint(entry)) from error
    for scanner in scanners:
        missing = [name for name in REQUIRED if not hasattr(scanner, name)]
        if missing:
            raise UsageError(f"the scanner plugin {entry.value} lacks {', '.join(missing)}", _uninstall_hint(entry))
    return scanners


def _uninstall_hint(entry: EntryPoint) -> str:
    return f"pip uninstall {entry.dist.name if entry.dist is not None else entry.module}"

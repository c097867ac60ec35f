"""Which scanners there are: the built-in ones, and those that other distributions offer by an entry point."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from scangate.errors import UsageError
from scangate.plugin import Scanner
from scangate.tools import BUILT_IN

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["ENTRY_POINT_GROUP", "load_scanners"]

ENTRY_POINT_GROUP = "scangate.scanners"


def load_scanners() -> dict[str, Scanner[Any]]:
    """Every scanner by its name, the built-in ones first. UsageError where two bear one name, or a plugin does not load."""
    scanners = dict(BUILT_IN)
    for entry in _find_entry_points():
        for scanner in _load_plugin(entry):
            if scanner.NAME in scanners:
                raise UsageError(f"two scanners are called {scanner.NAME}: one is from {entry.value}", "uninstall one of them")
            scanners[scanner.NAME] = scanner
    return scanners


def _find_entry_points() -> list[EntryPoint]:
    """The entry points of our group; where no installed text names it, nothing is parsed."""
    if not any(map(_may_have_plugins, sys.path)):
        return []
    from importlib.metadata import entry_points  # noqa: PLC0415 -- dear, and seldom is there one

    return sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name)


def _may_have_plugins(path_entry: str) -> bool:
    """Whether something in one entry of the import path could offer a scanner; where that cannot be told, it could."""
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
    """What an entry point gives: a scanner, or a factory that gives several."""
    try:
        plugin: Any = entry.load()
        found = tuple(plugin()) if callable(plugin) and not hasattr(plugin, "NAME") else (plugin,)
    except Exception as error:
        raise UsageError(
            f"the scanner plugin {entry.value} does not load: {type(error).__name__}", f"pip uninstall {_distribution_name(entry)}"
        ) from error
    for scanner in found:
        missing = [name for name in ("NAME", "Options", "version", "reads", "scan") if not hasattr(scanner, name)]
        if missing:
            raise UsageError(
                f"the scanner plugin {entry.value} lacks {', '.join(missing)}", f"pip uninstall {_distribution_name(entry)}"
            )
    return found


def _distribution_name(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.module

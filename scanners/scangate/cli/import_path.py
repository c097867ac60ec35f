"""Removes PYTHONPATH from Python's import path, before anything is imported from it."""

from __future__ import annotations

import os
import sys


def remove_pythonpath() -> None:
    """Removes the entries of PYTHONPATH from ``sys.path``, except one that scangate itself was imported from.

    In a build that sets ``PYTHONPATH=.``, the scanned tree's ``click.py`` would be imported instead of click, and its metadata
    could register a scanner.
    """
    ours = os.path.dirname(os.path.dirname(os.path.dirname(_absolute(__file__))))  # noqa: PTH120 -- pathlib may be there as well
    named = {_absolute(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    sys.path[:] = [entry for entry in sys.path if _absolute(entry) not in named - {ours}]


def _absolute(entry: str) -> str:
    try:
        return os.path.abspath(entry)  # noqa: PTH100 -- as above
    except OSError:  # the current directory was removed, so nothing can be imported from it
        return entry

"""Keeps folders that the environment names off Python's import path, before anything is imported from there."""

from __future__ import annotations

import os
import sys

__all__ = ["remove_pythonpath"]


def remove_pythonpath() -> None:
    """Takes the entries of PYTHONPATH out of ``sys.path``, but for one that scangate itself was imported from.

    A build that sets ``PYTHONPATH=.`` for its own programs would let the scanned tree's ``click.py`` run in place of click, and
    its metadata register a scanner.
    """
    ours = os.path.dirname(os.path.dirname(os.path.dirname(_absolute(__file__))))  # noqa: PTH120 -- pathlib may lie there, too
    named = {_absolute(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    sys.path[:] = [entry for entry in sys.path if _absolute(entry) not in named - {ours}]


def _absolute(entry: str) -> str:
    try:
        return os.path.abspath(entry)  # noqa: PTH100 -- as above
    except OSError:  # the current directory is gone, and nothing can be imported from it
        return entry

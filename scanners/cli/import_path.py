"""Keeps folders that the environment names off Python's import path, before anything is imported from there."""

from __future__ import annotations

import os
import sys

__all__ = ["clean"]


def clean() -> None:
    """Takes the entries of PYTHONPATH out of ``sys.path``, but for one that scangate itself was imported from.

    A build that sets ``PYTHONPATH=.`` for its own programs would let the scanned tree's ``click.py`` run in place of click, and
    its metadata register a scanner.
    """
    ours = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 -- pathlib later
    named = {os.path.abspath(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)}  # noqa: PTH100
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) not in named - {ours}]  # noqa: PTH100

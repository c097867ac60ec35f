"""Where the bundled policies, rules, snippets and pages about rules are: in the installed package, else in the checkout."""

from __future__ import annotations

from pathlib import Path

__all__ = ["folder"]

PACKED = Path(__file__).resolve().parent / "_data"


def folder(kind: str) -> Path:
    """The folder ``policies``, ``buildspec_snippets`` or ``docs/reference/rules``.

    Packed first: a folder next to a checkout may be another project's.
    """
    packed = PACKED / kind
    return packed if packed.is_dir() else PACKED.parents[2] / kind

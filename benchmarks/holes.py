"""Which files of a scan had a gap, and the policy that leaves them out: a tree that passes its gate has none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from scangate.report.schema import parse_scan

__all__ = ["excluding", "holes"]


def holes(verdict: Path) -> set[tuple[str, str]]:
    """The scanners and the paths of the gaps that a verdict.json tells; those without a path cannot be left out."""
    results, *_ = parse_scan(verdict.read_text("utf-8"))
    return {(gap.scanner, gap.path) for result in results for gap in result.gaps if gap.path is not None}


def excluding(found: Iterable[tuple[str, str]]) -> str:
    """The lines of a policy that leave each path out for its scanner. A path is taken as a pattern."""
    entries = (
        f"    - {{path: {json.dumps(f'/{path}')}, reason: it has a gap, scanners: [{name}]}}\n" for name, path in sorted(found)
    )
    return "paths:\n  exclude:\n" + "".join(entries)

"""Finds the files that have a gap in a scan, and writes the policy that excludes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from scangate.report.schema import parse_report

__all__ = ["find_gaps", "render_exclusions"]


def find_gaps(verdict: Path) -> set[tuple[str, str]]:
    """The scanner and path of each gap in a verdict.json; gaps without a path cannot be excluded."""
    results = parse_report(verdict.read_text("utf-8")).results
    return {(gap.scanner, gap.path) for result in results for gap in result.gaps if gap.path is not None}


def render_exclusions(found: Iterable[tuple[str, str]]) -> str:
    """The policy lines that exclude each path for its scanner. A path is used as a pattern."""
    entries = (
        f"    - {{path: {json.dumps(f'/{path}')}, reason: it has a gap, scanners: [{name}]}}\n" for name, path in sorted(found)
    )
    return "paths:\n  exclude:\n" + "".join(entries)

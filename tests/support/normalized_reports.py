"""Reports without what differs from run to run: times, seconds, how much came from a cache. All else is equal."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["normalized_reports"]

VOLATILE = re.compile(
    r'"(?:started|finished|startTimeUtc|endTimeUtc|timestamp|serialNumber)": ?"[^"]*"'  # JSON
    r'|"(?:seconds|(?:files_)?cached)": ?[0-9.]+'
    r'|"unsigned-results": ?(?:true|false)'
    r'|\b(?:time|timestamp)="[^"]*"'  # JUnit
    r"|(?<= in )[0-9.]+ s\b"  # Markdown
    r'|(?<=</td><td class="number">)\d+(?=</td><td class="number">)|"cached":"[^"]*"'  # HTML: what is cached
    r'|(?<=<td class="number">)\d+\.\d+(?=</td>)|"seconds":"[^"]*"'
    r'|(?:(?<=<dd>)|(?<="text":"))(?:\d{4}-\d\d-\d\dT[\d:]+Z|[\d.,]+ s)(?=</dd>|"\})'
)


def normalized_reports(folder: Path) -> dict[str, str]:
    """The reports in an output directory by their names."""
    return {file.name: VOLATILE.sub("", file.read_text("utf-8")) for file in sorted(folder.iterdir())}

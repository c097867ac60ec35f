"""The README's picture of the console: a real scan of the weak application, drawn by rich as SVG."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 100
LINES = 40  # at most, of the end of the report: the worst findings and the verdict
FONT = re.compile(r"@font-face \{.*?\}", re.DOTALL)  # rich's own, which a browser would download


def draw() -> str:
    """The SVG. Raises CalledProcessError if the scan does not fail as it has to."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "tests" / "weak_app", Path(folder) / "weak_app")
        scan = [str(Path(sys.executable).parent / "scangate"), "scan", "weak_app", "--policy", "baseline"]
        environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
        result = subprocess.run(scan, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode != 1:
        raise subprocess.CalledProcessError(result.returncode, scan)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor")
        lines = [Text.from_ansi(line) for line in result.stdout.splitlines()[-LINES:]]
        start = next(number for number, line in enumerate(lines) if re.match("(critical|high) ", line.plain))
        console.print("$ scangate scan", "...", *lines[start:], sep="\n", highlight=False)
        svg = console.export_svg(title="scangate", theme=MONOKAI, unique_id="scangate", font_aspect_ratio=0.61)
    return FONT.sub("", svg)

"""The README's pictures, from a real scan of the weak application: the console as SVG, report.html as Chromium shows it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
COLUMNS = 100
LINES = 40  # at most, of the end of the report: the worst findings and the verdict
WINDOW = "1280,1000"  # CSS pixels
FONT = re.compile(r"@font-face \{.*?\}", re.DOTALL)  # rich's own, which a browser would download


def draw() -> None:
    """Writes both pictures. Raises FileNotFoundError where there is no Chromium, CalledProcessError if a program fails."""
    with _scan() as (folder, output):
        (IMAGES / "console.svg").write_text(_draw_console(output), encoding="utf-8")
        _photograph(folder / "reports" / "report.html", IMAGES / "report.png")


@contextmanager
def _scan() -> Iterator[tuple[Path, str]]:
    """The folder with the reports of a scan, and what the scan printed. It has to fail, so its exit code is 1."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "tests" / "weak_app", Path(folder) / "shop")
        scan = [str(Path(sys.executable).parent / "scangate"), "scan", "shop", "--policy", "baseline", "--output-dir", "reports"]
        environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
        result = subprocess.run(scan, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=False)
        if result.returncode != 1:
            raise subprocess.CalledProcessError(result.returncode, scan)
        yield Path(folder), result.stdout


def _draw_console(output: str) -> str:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor")
        lines = [Text.from_ansi(line) for line in output.splitlines()[-LINES:]]
        start = next(number for number, line in enumerate(lines) if re.match("(critical|high) ", line.plain))
        console.print("$ scangate scan", "...", *lines[start:], sep="\n", highlight=False)
        svg = console.export_svg(title="scangate", theme=MONOKAI, unique_id="scangate")
    return FONT.sub("", svg)


def _photograph(page: Path, picture: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise FileNotFoundError("chromium")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={WINDOW}"]
    subprocess.run([browser, *options, f"--screenshot={picture}", page.as_uri()], check=True, capture_output=True)

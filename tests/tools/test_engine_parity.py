"""betterleaks and credsweeper: the real programs, where they are installed. What they report by themselves is found."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest
from secret_corpus.generators_configuration import generate_configuration
from secret_corpus.generators_tokens import generate_tokens

from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.tools import betterleaks, credsweeper
from tests.support.scan_harness import ScanHarness

pytestmark = [pytest.mark.integration, pytest.mark.nightly]
KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEowIBAAKCAQEA0Z3VS5JJcds3xfnqygWyF0vTfA0Zc6Q0yJk7F2pEo3p4q5r6\n" * 8
    + "-----END RSA PRIVATE KEY-----\n"
)
ODD = {
    "größe.txt": "größe = 1; password = 'hT5kLm9pQr2xX7'\n",
    "key.pem": KEY,
    "long.txt": "é " * 4000 + "password = 'zT5kLm9pQr2xX8'\n",
}


def is_installed(scanner: ModuleType) -> bool:
    try:
        return bool(scanner.version())
    except ScanError as error:
        return error.kind is not GapKind.TOOL_MISSING


def corpus() -> dict[str, str]:
    labelled = [*generate_tokens(random.Random(15)), *generate_configuration(random.Random(15))]
    return {f"{number}/{Path(each.path).name}": each.text for number, each in enumerate(labelled)} | ODD


def spans_of(scanner: ModuleType, files: Mapping[str, str], folder: Path) -> set[tuple[str, int, str]]:
    """The path, the line and the text of everything that the scanner would redact."""
    context, sources = ScanHarness(folder).sources(files, timeout=300)
    found = set()
    for report in scanner.scan(sources, scanner.Options(), context):
        assert not report.gaps
        lines = files[report.path].split("\n")
        for span in (span for secret in report.secrets for span in secret.spans):
            found.add((report.path, span.line, lines[span.line - 1][span.column - 1 : span.end_column - 1]))
    return found


def write(files: Mapping[str, str], folder: Path) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.mark.skipif(not is_installed(betterleaks), reason="version 2 of betterleaks is not on PATH")
def test_what_betterleaks_reports_is_found_at_its_place(tmp_path: Path) -> None:
    files = corpus()
    folder = write(files, tmp_path / "files")
    argv = [str(shutil.which("betterleaks")), "--silent", "--no-banner", "--exit-code=0", "--output=-", str(folder)]
    own = json.loads(subprocess.run(argv, check=True, capture_output=True).stdout)["findings"]
    assert len(own) > 20
    found = spans_of(betterleaks, files, tmp_path / "bench")
    exact = 0
    for each in own:
        path = str(Path(each["location"]["path"]).relative_to(folder))
        lines = range(each["location"]["start_line"], each["location"]["end_line"] + 1)
        first = each["match"]["value"].split("\n")[0]
        texts = [text for where, line, text in found if where == path and line in lines]
        assert "encodings" in each or any(first in text for text in texts), (path, each["rule_id"])
        exact += first in texts
    assert exact > 0.8 * len(own)  # the others: decoded values, and URLs that it redacts as a whole


@pytest.mark.skipif(not is_installed(credsweeper), reason="the extra credsweeper is not installed")
def test_what_credsweeper_reports_is_found_at_its_place(tmp_path: Path) -> None:
    files = corpus()
    folder = write(files, tmp_path / "files")
    result = tmp_path / "own.json"
    argv = [sys.executable, "-I", "-m", "credsweeper", "--no-stdout", "--pedantic", "--log", "error", "--save-json", str(result)]
    subprocess.run([*argv, "--path", "."], check=True, capture_output=True, cwd=folder)  # its model weighs words of the path
    own = [place for each in json.loads(result.read_bytes()) for place in each["line_data_list"]]
    assert len(own) > 20
    found = spans_of(credsweeper, files, tmp_path / "bench")
    for each in own:
        place = (str(Path(each["path"])), each["line_num"])
        assert any(each["value"] in text for *where, text in found if tuple(where) == place), place

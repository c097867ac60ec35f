"""``scangate advisories``: what it says, where it writes, and its exit codes."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import pty
import re
import stat
import subprocess
import threading
import zipfile
from functools import partial
from pathlib import Path

import pytest

from tests.support.command import SCANGATE, environment, run_scangate
from tests.support.osv_records import osv_record, write_archive

RECORD = {
    "id": "PYSEC-2025-1",
    "modified": "2025-05-05T05:05:05Z",
    "affected": [
        {"package": {"ecosystem": "PyPI", "name": "one"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}
    ],
}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A small export."""
    file = tmp_path / "all.zip"
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("PYSEC-2025-1.json", json.dumps(RECORD))
        for number in range(150):
            out.writestr(f"PYSEC-2024-{number}.json", json.dumps(RECORD | {"id": f"PYSEC-2024-{number}"}))
        out.writestr("broken\x1b[2J.json", "{}")
    return file


def test_import_then_status(tmp_path: Path, export: Path) -> None:
    env = environment(XDG_DATA_HOME=str(tmp_path / "data"))
    none = run_scangate("advisories", "status", cwd=tmp_path, env=env).expect(1)
    assert "advisories.sqlite" in none.stdout
    assert "scangate advisories update" in none.stderr
    done = run_scangate("advisories", "import", export, cwd=tmp_path, env=env).expect(0)
    assert done.stdout.startswith("PyPI: 151 records of 1 packages")
    assert "scangate: reading: 152 records, 100 %" in done.stderr
    assert "broken [2J.json" in done.stderr
    assert "\x1b" not in done.output
    store = tmp_path / "data" / "scangate" / "advisories.sqlite"
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.parent.stat().st_mode) == 0o700
    output = run_scangate("advisories", "status", cwd=tmp_path, env=env).expect(0).stdout
    for pattern in (
        rf"^store +{re.escape(str(store))}$",
        r"^ecosystem +PyPI$",
        r"^records +151 of 1 packages$",
        r"^newest +2025-05-05T05:05:05Z, \d+ days ago$",
        r"^imported +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(today\)$",
        r"^size +\d\.\d MB$",
        rf"^source +{re.escape(str(export))}$",
        r"^skipped +1 malformed$",
        r"^digest +[0-9a-f]{64}$",
    ):
        assert re.search(pattern, output, re.MULTILINE), pattern


def test_a_store_named_by_option_or_variable(tmp_path: Path, export: Path) -> None:
    store = tmp_path / "deep" / "store.sqlite"
    run_scangate("advisories", "import", export, "--store", store, cwd=tmp_path).expect(0)
    run_scangate("advisories", "status", cwd=tmp_path, env=environment(SCANGATE_STORE=str(store))).expect(0)


def test_a_damaged_store_is_an_error_with_a_hint(tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite"
    store.write_bytes(b"x" * 9000)
    store.chmod(0o600)
    ran = run_scangate("advisories", "status", "--store", store, cwd=tmp_path).expect(2)
    assert "hint: " in ran.stderr


def test_invalid_export_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "page.zip").write_text("<html>")
    ran = run_scangate("advisories", "import", "page.zip", "--store", "store.sqlite", cwd=tmp_path).expect(2)
    assert "hint:" in ran.stderr
    assert not (tmp_path / "store.sqlite").exists()
    run_scangate("advisories", "import", "missing.zip", cwd=tmp_path).expect(2)


def test_an_update_that_cannot_be_made(tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite"
    ran = run_scangate("advisories", "update", "--address", "http://example.org/all.zip", "--store", store, cwd=tmp_path).expect(2)
    assert "http://example.org/all.zip" in ran.stderr
    assert "--address https://" in ran.stderr
    assert not store.exists()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *args: object) -> None:
        """Says nothing."""


def test_an_update_from_a_mirror(tmp_path: Path, export: Path) -> None:
    store = tmp_path / "store" / "store.sqlite"
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(export.parent))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        address = f"http://127.0.0.1:{server.server_address[1]}/all.zip"
        ran = run_scangate("advisories", "update", "--address", address, "--store", store, cwd=tmp_path)
        server.shutdown()
        thread.join()
    assert ran.expect(0).stdout.startswith("PyPI: 151 records")
    assert "scangate: fetching: " in ran.stderr
    assert {file.name for file in store.parent.iterdir()} == {"store.sqlite", "store.sqlite.lock"}
    assert f"source     {address}" in run_scangate("advisories", "status", "--store", store, cwd=tmp_path).expect(0).stdout


def test_a_bar_on_a_terminal(tmp_path: Path, export: Path) -> None:
    ours, theirs = pty.openpty()
    argv: list[str | Path] = [SCANGATE, "advisories", "import", export, "--store", tmp_path / "store.sqlite"]
    with subprocess.Popen(argv, env=environment(TERM="xterm-256color"), stdout=subprocess.PIPE, stderr=theirs) as running:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while more := os.read(ours, 4096):
                shown += more
        os.close(ours)
        assert running.stdout is not None
        assert running.stdout.read().startswith(b"PyPI: 151 records")
    assert running.returncode == 0
    assert b"reading" in shown
    assert b"scangate: reading" not in shown


def test_help_names_the_address(tmp_path: Path) -> None:
    said = run_scangate("advisories", "update", "--help", cwd=tmp_path).expect(0).stdout
    assert "storage.googleapis.com" in said.replace("\n", "").replace(" ", "")


def test_the_advisories_of_one_ecosystem_do_not_replace_those_of_another(tmp_path: Path, export: Path) -> None:
    env = environment(SCANGATE_STORE=str(tmp_path / "store.sqlite"))
    records = [
        osv_record("GHSA-aaaa-bbbb-cccc", "left-pad", ecosystem="npm"),
        osv_record("GO-2024-0001", "stdlib", ecosystem="Go"),
    ]
    both = write_archive(tmp_path / "both.zip", records)
    run_scangate("advisories", "import", export, cwd=tmp_path, env=env).expect(0)
    done = run_scangate("advisories", "import", "--ecosystem", "npm,golang", both, cwd=tmp_path, env=env).expect(0)
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["npm", "Go"]
    output = run_scangate("advisories", "status", cwd=tmp_path, env=env).expect(0).stdout
    assert re.findall(r"^ecosystem +(.+)$", output, re.MULTILINE) == ["PyPI", "npm", "Go"]
    wrong = run_scangate("advisories", "import", "--ecosystem", "cobol", both, cwd=tmp_path, env=env).expect(2)
    assert "no such ecosystem" in wrong.stderr


def test_an_address_is_of_one_ecosystem(tmp_path: Path) -> None:
    argv = ("advisories", "update", "--ecosystem", "npm,go", "--address", "https://localhost/all.zip")
    assert "one export" in run_scangate(*argv, cwd=tmp_path).expect(2).stderr

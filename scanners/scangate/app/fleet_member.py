"""Scans one repository of a fleet in its own process: ``python -I -m scangate.app.fleet_member ROOT REQUEST RESULT``.

REQUEST is a JSON file with fields of a `ScanRequest`. RESULT will have the scan's ``exit_code``, or ``message`` and ``hint`` of the
error that prevented it: no output to parse.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from scangate.app.interruption import catch_signals
from scangate.app.requests import ScanRequest
from scangate.app.scanning import scan
from scangate.errors import ScangateError


def run_member(root: Path, request_file: Path, result_file: Path) -> None:
    """Scans ``root`` as ``request_file`` says, and writes ``result_file``; reports go to the request's output directory."""
    fields = json.loads(request_file.read_bytes())
    request = ScanRequest(root=root, output_dir=Path(fields.pop("output_dir")), **fields)
    try:
        with catch_signals() as interruption:
            result: dict[str, object] = {"exit_code": scan(request, interruption=interruption).exit_code}
    except ScangateError as error:
        result = {"message": error.message, "hint": error.hint}
    result_file.write_text(json.dumps(result), "ascii")


if __name__ == "__main__":
    run_member(*map(Path, sys.argv[1:]))

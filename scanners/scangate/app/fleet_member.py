"""Scans one repository of a fleet in its own process: ``python -I -m scangate.app.fleet_member REQUEST.json RESULT.json``.

The request has fields of a `ScanRequest`. The result has the scan's ``exit_code``, or the ``message`` and ``hint`` of the error
that prevented it, so that the worker which started the process has no output to parse.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from scangate.app.interruption import catch_signals
from scangate.app.requests import ScanRequest
from scangate.app.scanning import scan
from scangate.errors import ScangateError

__all__ = ["run_member"]


def run_member(request_file: Path, result_file: Path) -> None:
    """Scans as ``request_file`` says, and writes ``result_file``; reports go to the request's output directory."""
    fields = json.loads(request_file.read_bytes())
    request = ScanRequest(root=Path(fields.pop("root")), output_dir=Path(fields.pop("output_dir")), **fields)
    try:
        with catch_signals() as interruption:
            result: dict[str, object] = {"exit_code": scan(request, interruption=interruption).exit_code}
    except ScangateError as error:
        result = {"message": error.message, "hint": error.hint}
    result_file.write_text(json.dumps(result), "ascii")


if __name__ == "__main__":
    run_member(Path(sys.argv[1]), Path(sys.argv[2]))

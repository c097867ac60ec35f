"""A fake scangate command that scans nothing and ends as SCANGATE_ACT says."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

_COUNTS = "critical=0 high=0 medium=0 low=0 info=0 unknown=0 gaps=0"
_JUNIT = (
    '<testsuites tests="1" failures="0" errors="0" skipped="0">'
    '<testsuite name="stand-in" tests="1" failures="0" errors="0" skipped="0"><testcase classname="c" name="n"/></testsuite>'
    "</testsuites>\n"
)


def main() -> None:
    """Do what SCANGATE_ACT names: pass, fail, silent (exit 0, no verdict), crash, killed or hang."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["scan"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--output-dir", type=Path, required=True)
    parser.add_argument("--report", required=True)
    arguments = parser.parse_args()
    # What the interpreter had on its import path shows whether the source could have got in.
    print("import path:", sys.path)
    act = os.environ["SCANGATE_ACT"]
    if act in ("pass", "fail"):
        arguments.output_dir.mkdir()
        (arguments.output_dir / "junit.xml").write_text(_JUNIT, encoding="utf-8")
        verdict = f"export SCANGATE_VERDICT='{act.upper()}'\nexport SCANGATE_SUMMARY='{_COUNTS}'\n"
        Path(arguments.report.removeprefix("env=")).write_text(verdict, encoding="utf-8")
    elif act == "crash":
        raise RuntimeError(act)
    elif act == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif act == "hang":
        (arguments.path / "hanging").touch()
        time.sleep(60)
    sys.exit(act == "fail")

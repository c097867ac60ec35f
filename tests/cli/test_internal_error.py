"""An internal error exits with 70 and says where it happened, never what it was about."""

from __future__ import annotations

import subprocess
import sys

import pytest

FAILS = """
from scangate.cli import main

def fail(*arguments, **options):
    raise {error}

main.cli.main = fail
main.main()
"""


@pytest.mark.parametrize(
    "error", ["ValueError('hunter2')", "KeyError('hunter2')", "OSError(5000, 'hunter2')", "RecursionError('hunter2')"]
)
def test_an_internal_error_quotes_nothing(error: str) -> None:
    ran = subprocess.run([sys.executable, "-c", FAILS.format(error=error)], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 70
    assert "hunter2" not in ran.stdout + ran.stderr
    assert f"{error.partition('(')[0]} at main.py:" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "error",
    [
        "OSError(24, 'hunter2')",
        "OSError(12, 'hunter2')",
        "OSError(28, 'full')",
        "MemoryError",
        'RuntimeError("can\'t start new thread")',
    ],
)
def test_limits_of_the_system_are_incomplete(error: str) -> None:
    ran = subprocess.run([sys.executable, "-c", FAILS.format(error=error)], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 3
    assert "hunter2" not in ran.stderr
    assert "internal error" not in ran.stderr

"""Fuzzes one reader in a process of its own: ``python -m tests.endurance.fuzz_worker READER [OPTIONS of libFuzzer]``.

An input that is named is read, and nothing else done. https://llvm.org/docs/LibFuzzer.html
"""

from __future__ import annotations

import importlib
import sys
from typing import Any


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    atheris: Any = importlib.import_module("atheris")  # mypy would read it, and take re._parser from it
    with atheris.instrument_imports(include=["scangate"], enable_loader_override=False):
        from tests.endurance.hostile_readers import READERS

    reader = READERS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, reader.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

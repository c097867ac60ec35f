"""``make reference`` and ``make pictures``."""

from __future__ import annotations

import sys

from reference_pages import pictures, write

if __name__ == "__main__":
    if sys.argv[1:] == ["pictures"]:
        pictures.draw()
    else:
        write()

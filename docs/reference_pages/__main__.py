"""``make reference`` and ``make pictures``."""

from __future__ import annotations

import sys

from reference_pages import ROOT, console_picture, write

if __name__ == "__main__":
    if sys.argv[1:] == ["pictures"]:
        (ROOT / "docs" / "images" / "console.svg").write_text(console_picture.draw(), encoding="utf-8")
    else:
        write()

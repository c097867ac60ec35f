"""A replacement for npm: installs nothing, and builds a site by copying its pages."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def main() -> None:
    """``npm ci --ignore-scripts`` and ``npm run build``."""
    if sys.argv[1:] == ["run", "build"]:
        shutil.copytree("pages", "dist")
        Path("dist/link.html").symlink_to("/etc/hostname")  # as a careless build would
        return
    assert sys.argv[1:] == ["ci", "--ignore-scripts"]


if __name__ == "__main__":
    main()

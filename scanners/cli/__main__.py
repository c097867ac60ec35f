"""``python -I -m scanners.cli``: the command without any word of the environment in what Python imports."""

from __future__ import annotations

from scanners.cli.main import main

main()

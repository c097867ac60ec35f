"""``python -I -m scangate``: the command without any word of the environment in what Python imports."""

from __future__ import annotations

from scangate.cli.main import main

main()

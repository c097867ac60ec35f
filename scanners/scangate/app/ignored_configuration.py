"""Finds what was probably meant as configuration of scangate and is not read: files and tables of similar names."""

from __future__ import annotations

import os
from pathlib import Path

from scangate.files import read_regular_file
from scangate.judge.policy_files import DEFAULT_POLICY_FILE, MISNAMED_FILES
from scangate.judge.policy_toml import PYPROJECT_FILE, find_misspelled_tables
from scangate.judge.policy_yaml import MAX_BYTES

POLICY_PLACE = f"a policy is {DEFAULT_POLICY_FILE}, or [tool.scangate] in {PYPROJECT_FILE}"
OTHER_FILES = {
    ".scangateignore": f"list them under `paths: exclude:` in {DEFAULT_POLICY_FILE}",
    **dict.fromkeys(("scangate.toml", ".scangate.toml", "scangate.json", ".scangate.json", ".scangaterc"), POLICY_PLACE),
}


def find_ignored_configuration(root: Path) -> tuple[str, ...]:
    """A note on each file and table at the root of a repository that is not read; sorted by name."""
    instead = {**dict.fromkeys(MISNAMED_FILES, POLICY_PLACE), **OTHER_FILES}
    files = [f"{name} is ignored: {hint}" for name, hint in sorted(instead.items()) if os.path.lexists(root / name)]
    return (*files, *(f"[{table}] in {PYPROJECT_FILE} is ignored: {POLICY_PLACE}" for table in _misspelled_tables(root)))


def _misspelled_tables(root: Path) -> tuple[str, ...]:
    try:
        return find_misspelled_tables(read_regular_file(root / PYPROJECT_FILE, MAX_BYTES))
    except OSError:
        return ()  # the listing has a gap for it

"""The same project locked by every tool: real lock files, small enough to read."""

from __future__ import annotations

from tests.support.paths import TESTS

FOLDER = TESTS / "advisories" / "samples"

# tool: the lock that it wrote, and whether that lock (with the files next to it) shows which dependency brings which in
LOCKS = {
    "uv": ("uv.lock", True),
    "poetry": ("poetry.lock", True),
    "poetry_old": ("poetry.lock", True),
    "pdm": ("pdm.lock", True),
    "pipenv": ("Pipfile.lock", False),
    "pipenv_pylock": ("pylock.toml", False),
    "pip": ("pylock.toml", False),
    "pip_tools": ("requirements.txt", True),
}


def lock_files(tool: str) -> dict[str, str]:
    """The files of one tool's project, as a scan of that folder would have them."""
    return {file.name: file.read_text("utf-8") for file in sorted((FOLDER / tool).iterdir())}

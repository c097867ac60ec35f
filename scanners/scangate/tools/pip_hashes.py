"""The digests of a release's files, from the index of the user's pip settings; nothing is built or installed."""

from __future__ import annotations

import hashlib
from typing import Literal

from scangate.advisories.internal_names import is_internal
from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.plugin import ScanContext
from scangate.tools.pip_resolver import TOOL, pip_settings

FLAGS = (
    *("--no-deps", "--only-binary", ":all:", "--quiet", "--quiet", "--quiet"),
    *("--no-input", "--no-cache-dir", "--disable-pip-version-check", "--no-color"),
)
ANY_PLATFORM = "-none-any.whl"


def find_hashes(
    name: str, version: str, mode: Literal["auto", "local"], internal: tuple[str, ...], context: ScanContext
) -> tuple[str, ...] | str:
    """``sha256:...`` of the wheel of a release, or why it cannot be had. ``name`` and ``version`` are normalized.

    pip downloads the wheel, and what is hashed is what came. A release with a wheel for each platform is refused: with the hash of
    one, the file could be installed on this platform alone.
    """
    if mode == "local":
        return "`advisories: local` does not allow requests to an index"
    if is_internal(internal, [name]):
        return "the policy declares the package internal"
    folder = context.temp_folder / "wheels" / f"{name}-{version}"
    try:
        argv = [context.find_console_script(TOOL), "download", *FLAGS, "--dest", str(folder), f"{name}=={version}"]
        output = context.run_program(argv, network=True, env=pip_settings(context.environ), exit_codes=(0, 1, 2))
    except ScanError as error:
        if error.kind is GapKind.INTERRUPTED:
            raise
        return error.reason
    files = sorted(folder.glob("*")) if folder.is_dir() else []
    if output.exit_code or not files:  # pip's message may contain the URL of the user's index, with a password
        return "pip gets no wheel of the release from an index"
    if not all(file.name.endswith(ANY_PLATFORM) for file in files):
        return "the release has a wheel for each platform"
    return tuple(f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files)

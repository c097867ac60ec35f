"""The table of other engines: programs with a tested block for a policy. Read from ``policies/engines``, one file an engine."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from scangate.assets import folder


class Engine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One engine. ``title``: what it analyzes. ``adds``: what that is beyond the bundled rules. ``checked``: how its block was
    tested. ``install``: a command, or the address of instructions. ``policy``: what `scangate scanners add` puts into a policy."""

    title: str
    url: str
    install: str
    adds: str
    checked: str
    policy: dict[str, Any]
    name: str = ""

    @property
    def block(self) -> dict[str, Any]:
        """Its entry of ``scanners``."""
        return dict(self.policy["scanners"][self.name])

    @property
    def severities(self) -> tuple[dict[str, Any], ...]:
        """The entries of ``severity`` that go with it."""
        return tuple(self.policy.get("severity", ()))


@functools.cache
def list_engines() -> Mapping[str, Engine]:
    """Every engine by name, sorted."""
    files = sorted((folder("policies") / "engines").glob("*.yaml"))
    return {file.stem: msgspec.convert({**yaml.safe_load(file.read_bytes()), "name": file.stem}, Engine) for file in files}


def read_block_text(name: str) -> str:
    """The engine's entry of ``scanners`` as its file has it, with comments, without the indent of the file."""
    lines = (folder("policies") / "engines" / f"{name}.yaml").read_text("utf-8").splitlines()
    start = lines.index("  scanners:") + 1
    end = next((number for number in range(start, len(lines)) if not lines[number].startswith("    ")), len(lines))
    return "\n".join(line[4:] for line in lines[start:end]) + "\n"

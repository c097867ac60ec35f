"""Loads a policy with the options of all installed scanners."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scangate.app.scanner_registry import load_scanners
from scangate.app.session import locate_root
from scangate.judge.policy import Policy
from scangate.judge.policy_address import is_policy_address
from scangate.judge.policy_files import PolicyRevision
from scangate.judge.policy_loader import load_policy
from scangate.judge.policy_resolution import as_absent
from scangate.plugin import Scanner
from scangate.timestamps import today
from scangate.tools.sarif_command import Options as CommandOptions

DEFAULT_POLICY = "baseline"
NO_POLICY = "none"


def read_policy(  # noqa: PLR0913 -- the parameters of load_policy that differ between callers
    name: str | None,
    environment: str | None = None,
    *,
    root: Path | None = None,
    trusted: bool = True,
    revision: PolicyRevision | None = None,
    content: bytes | None = None,
    scope: str = "",
    floor: Policy | None = None,
    is_floor: bool = False,
) -> Policy:
    """The policy ``name`` in ``environment``, see `judge.policy_loader.load_policy`; by default for the current directory.

    One at an address is fetched, or read from the cache. ``trusted`` is right where the policy is only read. ``content``: what to
    read instead of the file ``name``. Raises PolicyError.
    """
    if root is None:
        root, scope = locate_root(Path())
    if content is None and name is not None and is_policy_address(name):
        from scangate.app.pinned_policy import read_pinned_policy  # noqa: PLC0415 -- slow to import, and seldom needed

        content = read_pinned_policy(name, os.environ)
    return load_policy(
        name,
        root,
        environment,
        scanner_options=scanner_option_types(load_scanners()),
        command_options=CommandOptions,
        trusted=trusted,
        today=today(),
        revision=revision,
        content=content,
        scope=scope,
        floor=floor,
        is_floor=is_floor,
    )


def read_no_policy(environment: str | None = None) -> Policy:
    """The policy of a run whose own cannot be read: it scans as the bundled baseline does, and judges nothing."""
    return as_absent(read_policy(DEFAULT_POLICY), NO_POLICY, environment or "")


def scanner_option_types(scanners: Mapping[str, Scanner[Any]]) -> Mapping[str, type[Any]]:
    """The type of each scanner's options."""
    return {name: scanner.Options for name, scanner in scanners.items()}

"""Runs the gate snippet unchanged."""

from __future__ import annotations

from tests.support.buildspec.interpreter import Build, Project, run_build
from tests.support.paths import SNIPPETS

GATE_BUILDSPEC = SNIPPETS / "gate.yml"
# pip finds what is there already, or a wheel named by its path, and uses no index.
OFFLINE_PIP = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run_gate(project: Project) -> Build:
    """The build that the buildspec makes of a project."""
    return run_build(GATE_BUILDSPEC.read_text(encoding="utf-8"), project)


def ran_guarded_part(build: Build) -> bool:
    """Whether post_build reached the commands that publish."""
    return "scangate passed (" in build.phase("post_build").commands[-1].output

"""The gate template as a stack."""

from __future__ import annotations

from tests.support.aws.cloudformation import StackTemplate
from tests.support.paths import SNIPPETS

__all__ = ["GATE_TEMPLATE", "load_gate_stack"]

GATE_TEMPLATE = SNIPPETS / "gate.yaml"
INSTALL = "scangate[aws] @ git+https://git.example.org/team/scangate@0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"


def load_gate_stack(**given: str) -> StackTemplate:
    """The stack of the repository team/shop; other parameters have their defaults."""
    url = "https://github.com/team/shop.git"
    return StackTemplate.load(GATE_TEMPLATE, **{"RepositoryUrl": url, "ScangateInstall": INSTALL, **given})

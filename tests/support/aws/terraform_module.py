"""The Terraform module for the gate: its blocks by python-hcl2, and what its locals are with given variables by terraform itself.

No provider is needed: resources, data sources and outputs are left out, and the locals that only a provider knows are replaced.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import hcl2

from tests.support.paths import SNIPPETS

__all__ = ["GATE_MODULE", "evaluate_locals", "list_resources", "read_module", "terraform"]

GATE_MODULE = SNIPPETS / "terraform" / "gate" / "main.tf"
FROM_PROVIDER = re.compile(r"\bdata\.|\baws_")
BLOCK = re.compile(r"^(?P<kind>[a-z_]+)\b[^\n]*\{\n.*?^\}\n|^[a-z_]+[^\n]*\{\}\n", re.MULTILINE | re.DOTALL)


@functools.cache
def read_module() -> Mapping[str, Any]:
    """The blocks as python-hcl2 reads them; literals without their quotes, expressions as ``${...}``."""
    found: Mapping[str, Any] = _plain(hcl2.loads(GATE_MODULE.read_text("utf-8")))
    return found


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if isinstance(node, dict):
        return {_plain(key): _plain(each) for key, each in node.items() if not key.startswith("__")}
    return node[1:-1] if isinstance(node, str) and len(node) > 1 and node[0] == node[-1] == '"' else node


def list_resources() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Type, name and body of each resource."""
    for block in read_module()["resource"]:
        ((kind, named),) = block.items()
        ((name, body),) = named.items()
        yield kind, name, body


def terraform(*arguments: str, cwd: Path) -> str:
    """What the command prints. Fails the test if it fails."""
    program = shutil.which("terraform")
    assert program is not None
    done = subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def evaluate_locals(folder: Path, names: tuple[str, ...], known: Mapping[str, str], **variables: str) -> dict[str, Any]:
    """The values of ``local.NAME`` for each name. ``known``: those of the locals that only the provider knows."""
    text = GATE_MODULE.read_text("utf-8")
    kept = [
        match[0]
        for match in BLOCK.finditer(text)
        if match["kind"] == "variable"
        or (match["kind"] == "locals" and not FROM_PROVIDER.search(re.sub(r'"[^"\n]*"', "", match[0])))
    ]
    stub = "".join(f"  {name} = {json.dumps(value)}\n" for name, value in known.items())
    shown = "".join(f"  {name} = jsonencode(local.{name})\n" for name in names)
    folder.mkdir(exist_ok=True)
    (folder / "main.tf").write_text(
        "\n".join([*kept, f"locals {{\n{stub}}}\n", f'output "shown" {{\n value = {{\n{shown} }}\n}}\n'])
    )
    (folder / "terraform.tfvars.json").write_text(json.dumps(variables))
    terraform("init", "-backend=false", "-input=false", cwd=folder)
    terraform("apply", "-auto-approve", "-input=false", cwd=folder)
    shown_values = json.loads(terraform("output", "-json", cwd=folder))["shown"]["value"]
    return {name: json.loads(value) for name, value in shown_values.items()}


def _needs_provider(block: str) -> bool:
    """Whether it refers to a resource or a data source, outside of a text."""
    return FROM_PROVIDER.search(re.sub(r'"[^"\n]*"', "", block)) is not None

"""The map of the house: who may import whom, and which libraries live in one room only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import scangate

ROOT = Path(scangate.__file__).parent
GROUND = {"model", "errors", "assets", "ci", "globs"}

# package or module: what of ours it may import besides the ground
MAP: dict[str, set[str]] = {
    "__main__": {"cli"},
    "model": {"model"},
    "errors": {"model"},
    "assets": set(),
    "ci": set(),
    "globs": set(),
    "advisories": {"advisories"},
    "scan": {"scan"},
    "tools": {"tools", "advisories", "scan.plugin", "scan.redact", "scan.text"},
    "judge": {"judge"},
    "report": {"report"},
    "publish": {"publish"},
    "fleet": {"fleet", "scan.git", "scan.process", "scan.redact", "report"},
    "cli": {"cli", "advisories", "fleet", "scan", "tools", "judge", "report", "publish"},
}

# library: the only places that may import it
ROOMS = {
    "subprocess": {"scan.process"},
    "sarif_om": {"report.sarif"},
    "click": {"cli"},
    "rich": {"cli", "report.text"},
    "boto3": {"publish.client"},
    "botocore": {"publish"},
    "jinja2": {"fleet.html"},
    "markupsafe": {"fleet.html"},
    "dask": {"fleet.cluster"},
    "distributed": {"fleet.cluster"},
    "cyclonedx": {"report.sbom"},
    "packageurl": {"report.sbom"},
    "junitparser": {"report.junit"},
    "sqlite3": {"advisories.store", "advisories.importer", "scan.cache"},
    "requests": {"advisories.download", "publish.github"},
}


def modules() -> list[str]:
    """Every module of the package, as ``scan.engine``; the package itself is left out."""
    names = (file.relative_to(ROOT).with_suffix("") for file in ROOT.rglob("*.py") if "_data" not in file.parts)
    return sorted(".".join(part for part in name.parts if part != "__init__") for name in names if name.parts != ("__init__",))


def tree_of(module: str) -> ast.Module:
    """The syntax tree of a module of ours."""
    file = ROOT.joinpath(*module.split("."))
    return ast.parse((file / "__init__.py" if file.is_dir() else file.with_suffix(".py")).read_text("utf-8"))


def imports(module: str) -> Iterator[str]:
    """Every module that ``module`` imports, at any place in it, with the names of ``from`` imports as possible modules."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_broad(node: ast.AST) -> bool:
    """Whether a node catches everything."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    return node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})


def is_in(name: str, rooms: set[str]) -> bool:
    """Whether a module is one of ``rooms`` or lies in one."""
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


@pytest.mark.smoke
@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_what_the_map_allows(module: str) -> None:
    allowed = MAP[module.partition(".")[0]] | (GROUND if module not in GROUND else set())
    ours = {name.removeprefix("scangate.") for name in imports(module) if name.startswith("scangate.")}
    strangers = {name for name in ours if not is_in(name, allowed) and name != "__version__"}
    assert not strangers, f"{module} may not import {sorted(strangers)}"


@pytest.mark.parametrize("module", modules())
def test_a_library_stays_in_its_room(module: str) -> None:
    taken = {name.partition(".")[0] for name in imports(module)} & ROOMS.keys()
    assert not {library for library in taken if not is_in(module, ROOMS[library])}


def test_nobody_imports_a_program_that_changes_its_process() -> None:
    programs = {"scangate.tools.requests_stub": {"tools.detect_secrets_worker"}, "scangate.tools.detect_secrets_worker": set()}
    for program, allowed in programs.items():
        assert {module for module in modules() if any(is_in(name, {program}) for name in imports(module))} == allowed


def test_every_module_opens_with_a_sentence_on_its_job() -> None:
    silent = [module for module in modules() if not ast.get_docstring(tree_of(module))]
    assert not silent


def test_only_the_walls_catch_everything() -> None:
    """Around a plugin that scans or loads, a plugin of detect-secrets over one file, the program, an answer that must come, and a
    thread, whose fault is raised where its value is asked for."""
    programs = {"tools.bandit_quickly", "tools.detect_secrets_worker", "cli.main", "publish.hook"}
    walls = {"scan.plan", "scan.beside", "cli.registry", *programs}
    assert {module for module in modules() if any(is_broad(node) for node in ast.walk(tree_of(module)))} == walls

"""The names in backticks in docstrings exist: what was renamed is renamed there, too."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.paths import ROOT

PACKAGE = ROOT / "scanners" / "scangate"
FILES = sorted(PACKAGE.rglob("*.py"))
NAME = re.compile(r"(?<!`)(`{1,2})([A-Za-z_][\w.]*)(?:\(\))?\1(?!`)")

OTHERS = {
    "advisories/toml_lines.py": {"uv"},
    "assets.py": {"buildspec_snippets"},
    "cli/starter_files.py": {"repos"},
    "judge/policy_yaml.py": {"no"},
    "report/sbom.py": {"exploitable", "false_positive", "in_triage", "not_affected", "update", "will_not_fix"},
    "report/sarif.py": {"state"},
    "scan/background.py": {"futures"},
    "scan/git.py": {"dangling", "loop", "notdir"},
    "scan/identity.py": {"primaryLocationLineHash"},
    "scan/masking.py": {"db_password", "password"},
    "source_text.py": {"splitlines"},
    "tools/detect_secrets_worker.py": {"scan_file"},
    "tools/rule_pack.py": {"web"},
    "secrets/contexts/placeholders.py": {"secret_from"},
    "tools/semgrep.py": {"Containerfile", "prod"},
}
"""By module, the last words of names that are other programs' or data."""


@cache
def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def names_in(module: ast.Module) -> Iterator[str]:
    """Everything that code calls by a name: definitions, parameters, variables, attributes, keywords, imports."""
    for node in ast.walk(module):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name) | ast.Name(id=name):
                yield name
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)) | ast.alias(asname=str(name)):
                yield name
            case ast.alias(name=name):
                yield from name.split(".")


def docstrings(module: ast.Module) -> Iterator[ast.Constant]:
    """Those of the module, of its classes and functions, and the texts below its constants."""
    for node in ast.walk(module):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value


def texts_in(module: ast.Module) -> Iterator[str]:
    """The texts of the code, without docstrings."""
    documentation = set(map(id, docstrings(module)))
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and id(node) not in documentation:
            yield node.value if isinstance(node.value, str) else node.value.decode("latin-1")


def test_names_in_docstrings_exist() -> None:
    """`name` is anything that the package defines. ``name`` is in the same module: a name, or a word of a text; or a value."""
    modules = {file.relative_to(PACKAGE).as_posix(): parse(file) for file in FILES}
    everywhere = {name for module in modules.values() for name in names_in(module)}
    everywhere |= {word for file in FILES for word in file.relative_to(PACKAGE).with_suffix("").parts}
    values = {text for module in modules.values() for text in texts_in(module) if text.isidentifier()} | sys.stdlib_module_names
    wrong = []
    for path, module in modules.items():
        words = {word for text in texts_in(module) for word in re.findall(r"\w+", text)}
        here = {*names_in(module), *words, *values, *OTHERS.get(path, ())}
        for text in docstrings(module):
            for mark, name in NAME.findall(str(text.value)):
                if name.rpartition(".")[2] not in (here if mark == "``" else everywhere):
                    wrong.append(f"{path}: {name}")
    assert not wrong, "\n".join(["", *wrong])

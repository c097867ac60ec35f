"""The layers: which package may import which, and which library belongs to which module."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import scangate
from scangate.model import SkippedPath
from tests.support.import_rules import ImportRules, find_violations, load_modules

PACKAGE = Path(scangate.__file__).parent
RULES = ImportRules(
    package="scangate",
    shared={
        "model",
        "errors",
        "assets",
        "globs",
        "source_text",
        "files",
        "printable",
        "ci",
        "timestamps",
        "python_parser",
        "python_operators",
        "python_builtins",
    }
    | {"strict_json", "user_folders", "tree_files", "content", "secrets"},
    layers={
        "__main__": {"cli"},
        "model": {"model", "printable"},
        "errors": {"model", "printable"},
        "assets": set(),
        "globs": set(),
        "source_text": set(),
        "files": set(),
        "printable": set(),
        "python_parser": set(),
        "python_operators": set(),
        "python_builtins": set(),
        "timestamps": set(),
        "strict_json": set(),
        "user_folders": {"errors"},
        "tree_files": set(),
        "ci": {"printable"},
        "content": {"content", "model", "source_text", "printable", "files", "python_parser"},
        "secrets": {"secrets", "model", "source_text", "content"},
        "plugin": {"model", "errors", "source_text", "scan.process"},
        "advisories": {"advisories"},
        "scan": {"scan", "plugin"},
        "taint": {"taint"},
        "tools": {"tools", "taint", "advisories", "plugin", "scan.literals", "scan.masking"},
        "fixes": {"fixes", "advisories", "tools.source_edits"},
        "judge": {"judge"},
        "report": {"report"},
        "publish": {"publish"},
        "fleet": {"fleet", "plugin", "scan.git", "scan.masking", "scan.process", "report"},
        "app": {"app", "advisories", "fixes", "fleet", "plugin", "scan", "tools", "judge", "report", "publish"},
        "cli": {"cli", "app", "advisories", "fixes", "fleet", "plugin", "scan", "tools", "judge", "report", "publish"},
    },
    libraries={
        "subprocess": {"scan.process"},
        "sarif_om": {"report.sarif"},
        "click": {"cli"},
        "rich": {"cli"},
        "boto3": {"publish.aws_client"},
        "botocore": {"publish"},
        "jinja2": {"report.html_template"},
        "markupsafe": {"report.html_template"},
        "dask": {"fleet.dask_cluster"},
        "distributed": {"fleet.dask_cluster"},
        "cyclonedx": {"report.sbom"},
        "packageurl": {"report.sbom"},
        "junitparser": {"report.junit"},
        "sqlite3": {"advisories.store", "advisories.importer", "scan.cache_store"},
        "requests": {"advisories.download", "advisories.reachability", "publish.rest_client", "publish.pinned_document"},
    },
    private={"tools.requests_stub": ["tools.detect_secrets_worker"], "tools.detect_secrets_worker": []},
    # each ends a plugin's or a thread's failure, a worker's one file, the program, or a Lambda that has to answer
    broad_excepts={
        "app.scanner_registry",
        "cli.main",
        "publish.codedeploy_hook",
        "scan.background",
        "scan.plan",
        "tools.bandit_runner",
        "tools.detect_secrets_worker",
    },
)

BAD = {
    "scan/engine.py": "from scangate.judge import policy\nimport click\n",
    "judge/policy.py": (
        '"""Its job."""\nfrom . import x\nfrom scangate.tools.requests_stub import block\n'
        "try:\n    x()\nexcept (OSError, Exception):\n    pass\n"
    ),
    "cli/main.py": '"""Its job."""\n',
    "stray.py": '"""Its job."""\n',
}


@pytest.mark.smoke
def test_modules_follow_the_layer_rules() -> None:
    violations = find_violations(load_modules(PACKAGE), RULES)
    assert not violations, "\n".join(["", *violations])


def test_skipped_paths_are_made_in_one_module_and_those_of_dependencies_by_the_audit() -> None:
    makers = {
        file.relative_to(PACKAGE).as_posix()
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == SkippedPath.__name__
    }
    assert makers == {"scan/skipping.py", "tools/manifest_report.py"}


def test_every_violation_is_reported_at_once(tmp_path: Path) -> None:
    for name, text in BAD.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert find_violations(load_modules(tmp_path), RULES) == [
        "cli/main.py:1: is listed for a broad except and has none",
        "judge/policy.py:2: imports relatively",
        "judge/policy.py:3: judge may not import tools.requests_stub.block",
        "judge/policy.py:3: tools.requests_stub changes its process; it may be imported by tools.detect_secrets_worker",
        "judge/policy.py:6: catches every exception",
        "scan/engine.py:1: has no docstring",
        "scan/engine.py:1: scan may not import judge.policy",
        "scan/engine.py:2: click belongs to cli",
        "stray.py:1: stray is in no layer",
    ]

"""Where only changed files are scanned, request data passes through the others too, and what was there before is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import load_verdict, run_scangate
from tests.support.sample_trees import create_repository, run_git, write_files, write_policy

pytestmark = pytest.mark.integration

APP = """from flask import Flask, request
from shop import orders
app = Flask(__name__)
@app.get("/orders")
def find():
    return orders.find(request.args["customer"])
"""
OLD = """
def old(database, customer):
    return find(customer)
"""
WEAK = 'database.execute(f"SELECT * FROM orders WHERE customer = {customer}")'
SAFE = 'database.execute("SELECT * FROM orders WHERE customer = ?", (customer,))'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = create_repository(
        tmp_path / "tree",
        {
            "shop/app.py": APP,
            "shop/orders.py": "from shop import store\n\n\ndef find(customer):\n    return store.find(customer)\n",
            "shop/store.py": f"from shop.base import database\n\n\ndef find(customer):\n    return {SAFE}\n",
            "shop/base.py": "database = None\n",
            "tools/other.py": "print(1)\n",
        },
    )
    write_policy(tmp_path / "policy.yaml", "taint")
    return root


def found(tree: Path, *options: str) -> tuple[list[tuple[str, int, str]], set[str]]:
    """Place and outcome of each finding, and the files that were read."""
    out = tree.parent / "out"
    run_scangate("scan", *options, "--policy", tree.parent / "policy.yaml", "--output-dir", out, cwd=tree)
    document = load_verdict(out)
    files = {path for scanner in document["scanners"] for path in scanner["analyzed_files"]}
    return [(each["path"], each["line"], each["outcome"]) for each in document["findings"]], files


def test_flow_from_an_unchanged_file_into_a_staged_one(tree: Path) -> None:
    write_files(tree, {"shop/store.py": f"from shop.base import database\n\n\ndef find(customer):\n    return {WEAK}\n"})
    run_git(tree, "add", "-A")
    findings, files = found(tree, "--staged")
    assert [(path, line) for path, line, _ in findings] == [("shop/store.py", 5)]
    assert findings[0][2] == "blocking"
    assert files == {"shop/app.py", "shop/orders.py", "shop/store.py", "shop/base.py"}
    assert found(tree, "--since", "HEAD")[0] == findings
    run_git(tree, "commit", "-q", "-m", "weak")
    write_files(tree, {"shop/orders.py": 'from shop import store\n\n\ndef find(customer):\n    return store.find(customer + "")\n'})
    run_git(tree, "add", "-A")
    assert [outcome for _, _, outcome in found(tree, "--staged")[0]] == ["known"]

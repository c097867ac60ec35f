"""Calls are rewritten in the listed forms alone, and nothing else of the file changes."""

from __future__ import annotations

import pytest

from scangate.fixes.change import Change, Unfixed, edit_file
from scangate.fixes.python_rewrites import REWRITES, plan_rewrites
from tests.support.policy_builders import make_finding

YAML, TAR = "bandit:B506", "semgrep:python-tar-extract-unfiltered"
OPEN = "import tarfile\nwith tarfile.open(p) as t:\n    "


def rewrite(text: str, rule: str) -> str | None:
    """The source after the rewrite of its last line; None if it is left alone."""
    data = text.encode()
    line = len(text.splitlines())
    (planned,) = plan_rewrites("a.py", data, [make_finding(rule, path="a.py", line=line)])
    if isinstance(planned, Unfixed):
        return None
    assert isinstance(planned, Change)
    return edit_file(data, [planned]).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("yaml.load(s)", "yaml.safe_load(s)"),
        ("yaml.load_all(stream=s)", "yaml.safe_load_all(stream=s)"),
        ("yaml.unsafe_load(s)", "yaml.safe_load(s)"),
        ("yaml.full_load_all(s)", "yaml.safe_load_all(s)"),
        ("yaml.load(s, yaml.Loader)  # why", "yaml.load(s, yaml.SafeLoader)  # why"),
        ("x = 'é'; yaml.load(s, Loader=yaml.CLoader)", "x = 'é'; yaml.load(s, Loader=yaml.CSafeLoader)"),
        ("yaml.load(yaml.load(s))", "yaml.safe_load(yaml.safe_load(s))"),
    ],
)
def test_yaml_is_loaded_safely(before: str, after: str) -> None:
    assert rewrite(f"import yaml\r\n{before}\r\n", YAML) == f"import yaml\r\n{after}\r\n"
    assert (
        rewrite(f"import yaml as y\n{before.replace('yaml.', 'y.')}", YAML) == f"import yaml as y\n{after.replace('yaml.', 'y.')}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "import yaml\nyaml.load(s, Loader=Own)",
        "import yaml\nyaml.load(s, Loader=yaml.SafeLoader)",
        "import yaml\nyaml.load(s, yaml.Loader, 1)",
        "import yaml\nyaml.load(*s, **o)",
        "import yaml\nyaml.add_constructor('!x', f)\nyaml.load(s)",
        "import yaml\nclass A(yaml.YAMLObject): pass\nyaml.load(s)",
        "import ruamel.yaml as yaml\nyaml.load(s)",
        "import yaml\nyaml = other()\nyaml.load(s)",
        "import yaml\ndef f(yaml): pass\nyaml.load(s)",
        "yaml.load(s)",
        "import yaml\nyaml.load(s",
        "import yaml\nother.load(s)",
    ],
)
def test_another_yaml_call_is_left_alone(text: str) -> None:
    assert rewrite(text, YAML) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{OPEN}t.extractall()", f'{OPEN}t.extractall(filter="data")'),
        (f"{OPEN}t.extractall(p, members=m)  # why", f'{OPEN}t.extractall(p, members=m, filter="data")  # why'),
        (f"{OPEN}t.extract(m, p,)", f'{OPEN}t.extract(m, p, filter="data",)'),
        ("import tarfile\ntarfile.open(p).extractall(p)", 'import tarfile\ntarfile.open(p).extractall(p, filter="data")'),
        (
            "import tarfile\nt = tarfile.TarFile(p)\nt.extractall(p)",
            'import tarfile\nt = tarfile.TarFile(p)\nt.extractall(p, filter="data")',
        ),
    ],
)
def test_a_tar_archive_is_unpacked_with_a_filter(before: str, after: str) -> None:
    assert rewrite(before, TAR) == after


@pytest.mark.parametrize(
    "text",
    [
        f"{OPEN}t.extractall(filter=f)",
        f"{OPEN}t.extractall(**o)",
        f"{OPEN}t.extractall((p))",
        f"{OPEN}t.extractall(m for m in t)",
        "import tarfile, zipfile\nt = tarfile.open(p)\nt = zipfile.ZipFile(p)\nt.extractall(p)",
        "import zipfile\nwith zipfile.ZipFile(p) as t:\n    t.extractall(p)",
        "def f(t): pass\nt.extractall(p)",
        "archive().extractall(p)",
    ],
)
def test_another_archive_is_left_alone(text: str) -> None:
    assert rewrite(text, TAR) is None


def test_rules_without_a_rewrite_are_passed_over() -> None:
    assert not list(plan_rewrites("a.py", b"import hashlib\nhashlib.md5(b)\n", [make_finding("bandit:B324", path="a.py", line=2)]))


def test_a_rule_has_one_rewrite() -> None:
    rules = [rule for rewrite in REWRITES for rule in rewrite.rules]
    assert len(rules) == len(set(rules)) > 0

"""The policy of a pyproject.toml: the same values as in YAML, positions of its keys, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate.errors import PolicyError
from scangate.judge.policy_files import find_own_policy
from scangate.judge.policy_merge import find_position, list_positions
from scangate.judge.policy_toml import find_misspelled_tables, has_policy_table, parse_policy_toml
from scangate.judge.policy_yaml import MAX_BYTES
from tests.support.policy_builders import load_policy, to_plain

DOCUMENT = """\
[project]
name = "shop"

[tool.scangate]
version = 1
unknown = "high"
scanners.bandit = {}

[tool.scangate."budgets"]
high = 2
overrides = [
    {path = "tests/**", high = 5},
    {path = "docs/**", low = 1},
]

[[tool.scangate.exceptions]]
fingerprint = "0123456789abcdef0123456789abcdef"
reason = "a [[bracket]] = 1"
owner = "team"
expires = 2027-01-31

[tool.scangate.exceptions.follows]
path = "a.py"

[[tool.scangate.exceptions]]
rule = "bandit:B101"

[tool.scangate.environments.production]
budgets.high = 0
"""
POSITIONS = {
    ("version",): (5, 11),
    ("scanners", "bandit"): (7, 19),
    ("budgets", "high"): (10, 8),
    ("budgets", "overrides", 0, "high"): (12, 32),
    ("budgets", "overrides", 1, "low"): (13, 30),
    ("exceptions", 0, "owner"): (19, 9),
    ("exceptions", 0, "follows", "path"): (23, 8),
    ("exceptions", 1): (25, 17),
    ("exceptions", 1, "rule"): (26, 8),
    ("environments", "production"): (28, 29),
    ("environments", "production", "budgets", "high"): (29, 16),
}
LEAST = '[tool.scangate]\nversion = 1\nunknown = "high"\nscanners.bandit = {}\n'
REFUSED = [
    (b"[tool.scangate]\nversion = \n", "p:2:11: not TOML"),
    (b"# scangate\n\xff\n", "p:2:1: not UTF-8"),
    (b"[tool]\nscangate = 3\n", "p:2:12: tool.scangate: a policy is a table"),
    (b'[project]\nname = "scangate"\n', "p:1:1: there is no table [tool.scangate]"),
    (b'[tool.scangate]\nname = "\\u001b[31m"\n', "p:2:8: a control character"),
    (b"[tool.scangate]\nbudgets.high = inf\n", "p:2:16: not a number"),
    (b"[tool.scangate]\nbudgets.high = " + b"9" * 30, "p:2:16: not a number"),
    (b"[tool.scangate]\na = " + b"[" * 5000, "p:1:1: nested too deep"),
    (b"scangate" + b".a" * 300_000 + b" = 1\n", "p:1:1: nested too deep"),
    (b"#" * (MAX_BYTES + 1), "p:1:1: larger than 1 MiB"),
]


def test_values_are_those_of_toml_and_dates_are_text() -> None:
    assert to_plain(parse_policy_toml(DOCUMENT.encode(), "p")) == {
        "version": 1,
        "unknown": "high",
        "scanners": {"bandit": {}},
        "budgets": {"high": 2, "overrides": [{"path": "tests/**", "high": 5}, {"path": "docs/**", "low": 1}]},
        "exceptions": [
            {
                "fingerprint": "0123456789abcdef0123456789abcdef",
                "reason": "a [[bracket]] = 1",
                "owner": "team",
                "expires": "2027-01-31",
                "follows": {"path": "a.py"},
            },
            {"rule": "bandit:B101"},
        ],
        "environments": {"production": {"budgets": {"high": 0}}},
    }


@pytest.mark.parametrize("path", POSITIONS, ids=str)
def test_each_value_has_its_position(path: tuple[str | int, ...]) -> None:
    position = find_position(parse_policy_toml(DOCUMENT.encode(), "p"), path)
    assert (position.line, position.column) == POSITIONS[path]


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_refused_with_its_place(data: bytes, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy_toml(data, "p")
    assert caught.value.message.startswith(message)
    assert caught.value.hint


@settings(max_examples=60)
@given(st.text(alphabet="[]{}=.,\"'\\#ab\n scangatetool1", max_size=60))
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    try:
        tree = parse_policy_toml(("[tool.scangate]\n" + text).encode(), "p")
    except PolicyError:
        return
    assert all(position.line <= text.count("\n") + 2 for _, position in list_positions(tree))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (LEAST.encode(), True),
        (b"tool = {scangate = {version = 1}}\n", True),
        (b'[project]\ndependencies = ["scangate"]\n', False),
        (b"[tool.black]\n[tool", False),  # not TOML, and not about us
    ],
)
def test_a_pyproject_has_a_policy_if_it_has_the_table(data: bytes, expected: bool) -> None:
    assert has_policy_table(data, "p") is expected


def test_the_table_is_the_policy_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(LEAST + "budgets.high = 7\n")
    policy = load_policy(None, tmp_path)
    assert policy.sources == ("pyproject.toml",)
    assert policy.in_tree
    location = policy.locations["budgets.high"]
    assert (location.file, location.line) == ("pyproject.toml", 5)


def test_two_policies_in_one_folder_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(LEAST)
    (tmp_path / "scangate.yaml").write_text("version: 1\nextends: baseline\n")
    with pytest.raises(PolicyError) as caught:
        load_policy(None, tmp_path)
    assert caught.value.message.startswith("pyproject.toml:1:1: [tool.scangate]: a second policy, in addition to scangate.yaml")
    assert load_policy(str(tmp_path / "pyproject.toml"), tmp_path).sources == ("pyproject.toml",)


def test_a_table_in_the_tree_starts_no_programs(tmp_path: Path) -> None:
    block = '[tool.scangate.scanners.ruff]\ncommand = ["ruff", "check"]\n'
    (tmp_path / "pyproject.toml").write_text(LEAST + block)
    with pytest.raises(PolicyError) as caught:
        load_policy(None, tmp_path)
    assert caught.value.message.startswith("pyproject.toml:6:1: scanners.ruff.command: a policy in the scanned tree may not start")


def test_a_table_of_a_folder_tightens_and_may_not_loosen(tmp_path: Path) -> None:
    (tmp_path / "scangate.yaml").write_text("version: 1\nunknown: high\nscanners: {bandit: {}}\nbudgets: {high: 1}\n")
    (tmp_path / "svc").mkdir()
    own = tmp_path / "svc" / "pyproject.toml"
    own.write_text("[tool.scangate]\nversion = 1\nbudgets.high = 0\n")
    assert load_policy(None, tmp_path, scope="svc").sources[0] == "svc/pyproject.toml"
    own.write_text("[tool.scangate]\nversion = 1\nbudgets.high = 2\n")
    with pytest.raises(PolicyError) as caught:
        load_policy(None, tmp_path, scope="svc")
    assert caught.value.message.startswith("svc/pyproject.toml:3:16: budgets.high: ")


def test_a_table_extends_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_text("version: 1\nunknown: high\nscanners: {bandit: {}}\n")
    (tmp_path / "pyproject.toml").write_text('[tool.scangate]\nversion = 1\nextends = "./house.yaml"\n')
    assert load_policy(None, tmp_path).sources == ("pyproject.toml", "house.yaml")


def test_a_pyproject_that_cannot_be_opened_is_no_policy(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    assert find_own_policy(tmp_path, tmp_path) is None


def test_a_table_behind_a_link_out_of_the_tree_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.toml").write_text(LEAST)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "pyproject.toml").symlink_to("../outside.toml")
    with pytest.raises(PolicyError, match="leads out of the scanned tree"):
        load_policy(None, tmp_path / "tree")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[tool.scan-gate]\n", ("tool.scan-gate",)),
        ("[tool.Scangate]\n[tool.scan_gate.budgets]\n", ("tool.Scangate", "tool.scan_gate")),
        ("[tool.scangte]\n", ("tool.scangte",)),
        ("[scangate]\n", ("scangate",)),
        ("[tools.scangate]\n", ("tools.scangate",)),
        ("[tool.scangate]\n[tool.scancode]\n[tool.black]\n", ()),
        ("tool = 3\n", ()),
        ("[tool\n", ()),
    ],
)
def test_misspelled_tables_are_found(text: str, expected: tuple[str, ...]) -> None:
    assert find_misspelled_tables(text.encode()) == expected

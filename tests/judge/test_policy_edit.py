"""An exception written into a policy's text: every other byte stays, and what was written is what is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate import assets
from scangate.errors import PolicyError
from scangate.judge.policy import FollowedFinding, PolicyException
from scangate.judge.policy_edit import add_exception
from scangate.judge.policy_files import list_bundled_policies
from scangate.judge.policy_yaml import parse_policy_yaml
from tests.support.policy_builders import to_plain

ENTRY = PolicyException("a reason", "an owner", dt.date(2027, 1, 31), rule="bandit:B101", path="tests/**")
READ = {"rule": "bandit:B101", "path": "tests/**", "reason": "a reason", "owner": "an owner", "expires": "2027-01-31"}
OLD = "{rule: 'a:b', reason: r, owner: o, expires: 2026-12-01}"
LONG = "x" * 300
HEAD = "version: 1\nexceptions:\n  - expires: 2026-12-01\n    rule: a\n    owner: o\n"

TEXTS = [
    "version: 1\nextends: strict\n",
    "version: 1\nextends: strict",
    "version: 1\r\nextends: strict\r\n",
    "# a comment\n---\nversion:   1   # one\n\n\nextends: strict # two\n\n# the end\n\n",
    "version: 1\nextends: strict\n...\n",
    "version: 1\nextends: strict\n...\n# after the end\n",
    "  version: 1\n  extends: strict\n",
    "version: 1\ndescription: |+\n  kept\n\n\n",
    "version: 1\ndescription: >-\n  folded\n  text\n\n# end\n",
    "version: 1\ndescription: |+\n  kept\n\n...\n",
    f"version: 1\ndescription: 'a {LONG}\n  b'\n# {LONG}\n",
    "version: 1\nexceptions: []  # none yet\nextends: strict\n",
    f"version: 1\nexceptions: [{OLD}]\nextends: strict\n",
    f"version: 1\nexceptions: [{OLD},]\nextends: strict\n",
    f"version: 1\nexceptions: [ # why\n  {OLD}, # first\n  # more\n  ]\nextends: strict\n",
    f"version: 1\nexceptions:\n  - {OLD}\nextends: strict\n",
    f"version: 1\nexceptions:\n- {OLD}\nextends: strict\n",
    f"version: 1\nexceptions:\n-   {OLD}",
    f"version: 1\nexceptions:\n\n      - {OLD} # first\n\n      # about the next\n\nextends: strict\n",
    f"{HEAD}    path: a\n    reason: |\n      block\n      text\n\n    advisory: b\n# end\nextends: x\n",
    f"{HEAD}    reason: >+\n      kept\n\n\nextends: strict\n",
    f"{HEAD}    reason: plain\n      goes on\n      and on\nextends: strict\n",
    f'{HEAD}    reason: "quoted\n      on"   # c\n\nextends: strict\n',
    "version: 1\nexceptions:\n  -\n    rule: a\n    reason: r\n    owner: o\n    expires: 2026-12-01\nbudgets:\n  high: 0\n",
    "'version': 1\n'exceptions':\n  - rule: a\n    reason: r\n    owner: o\n    expires: 2026-12-01",
    "{version: 1, extends: strict}\n",
    '{\n  "version": 1,\n  "extends": "strict"\n}\n',
    '{"version": 1, "exceptions": []}',
    f'{{"version": 1, "exceptions": [{OLD}], "extends": "strict"}}\n',
    "version: 1\nenvironments:\n  qa:\n    exceptions:\n      - " + OLD + "\n",
    "version: 1\ndescription: 'exceptions: here'\n# exceptions: there\n",
    'version: 1\ndescription: "a\u2028b \u00e9 \u4e2d"\nexceptions:\n  - ' + OLD + "\n",
]


def check(text: str, entry: PolicyException, read: Mapping[str, object]) -> str:
    """The new text; it is the old one with one piece put in, and reads as the old one with one entry more."""
    written = add_exception(text, entry, "p.yaml")
    more = len(written) - len(text)
    assert any(written[:at] + written[at + more :] == text for at in range(len(text) + 1))
    old, new = (to_plain(parse_policy_yaml(each.encode(), "p.yaml")) for each in (text, written))
    assert new == {**old, "exceptions": [*old.get("exceptions", []), read]}
    return written


@pytest.mark.parametrize("text", TEXTS)
def test_exception_is_inserted_without_other_changes(text: str) -> None:
    written = check(check(text, ENTRY, READ), ENTRY, READ)
    assert ("\r\n" in written) == ("\r\n" in text)
    assert "\n" not in written.replace("\r\n", "") or "\r\n" not in text


@pytest.mark.parametrize("name", list_bundled_policies())
def test_the_bundled_policies_only_gain_lines(name: str) -> None:
    text = (assets.folder("policies") / f"{name}.yaml").read_text("utf-8")
    written = check(text, ENTRY, READ)
    lines = iter(written.splitlines())
    assert all(line in lines for line in text.splitlines()), "each line of the old one, in order"
    assert len(written.splitlines()) == len(text.splitlines()) + 7


def test_inserted_exception_is_readable() -> None:
    assert add_exception("version: 1\nextends: strict\n", ENTRY, "p.yaml") == (
        "version: 1\nextends: strict\n\nexceptions:\n"
        '  - rule: "bandit:B101"\n    path: "tests/**"\n    reason: a reason\n    owner: an owner\n    expires: 2027-01-31\n'
    )


def test_followed_exception_is_one_line() -> None:
    entry = PolicyException("r", "o", dt.date(2027, 1, 31), "a:b", fingerprint="12", follows=FollowedFinding("a b.py", "34", "56"))
    follows = {"path": "a b.py", "content": "34", "context": "56"}
    read: dict[str, object] = {"fingerprint": "12", "rule": "a:b", "follows": follows, "reason": "r", "owner": "o"}
    for text in ("version: 1\n", "version: 1\nexceptions: []\n"):
        check(text, entry, {**read, "expires": "2027-01-31"})


@pytest.mark.parametrize(
    "text", ["version: 1\na: &x 1\nb: *x\n", "version: 1\nversion: 1\n", "- a\n", "", "version: [\n", "a: !!str 1\n"]
)
def test_invalid_policy_is_rejected(text: str) -> None:
    with pytest.raises(PolicyError):
        add_exception(text, ENTRY, "p.yaml")


@pytest.mark.parametrize("text", ["version: 1\nexceptions: no\n", "version: 1\nexceptions: {a: b}\n", "version: 1\nexceptions:\n"])
def test_where_there_is_no_place_it_says_what_to_write(text: str) -> None:
    with pytest.raises(PolicyError, match="cannot be added without changing") as raised:
        add_exception(text, ENTRY, "p.yaml")
    assert "bandit:B101" in raised.value.hint


letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\ufffe\uffff")
words = st.text(letters, min_size=1, max_size=30)


@settings(max_examples=80, deadline=None)
@given(words, words, words, st.sampled_from(TEXTS))
def test_inserted_values_are_read_back(reason: str, owner: str, path: str, text: str) -> None:
    entry = PolicyException(reason, owner, dt.date(2027, 1, 31), path=path)
    check(text, entry, {"path": path, "reason": reason, "owner": owner, "expires": "2027-01-31"})

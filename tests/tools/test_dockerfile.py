"""The instructions of a Dockerfile are found where the builder finds them, and put in capitals without a byte out of its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.model import GapKind
from scanners.tools.dockerfile import capitals, dockerfile_fault

LOWER = {
    "from a\nrun b\n": "FROM a\nRUN b\n",
    "# note: run\n\n  from a\n\tCopy --link b c\n": "# note: run\n\n  FROM a\n\tCOPY --link b c\n",
    "arg V=1\r\nfrom a:$V as build\r\nonbuild run from\r\n": "ARG V=1\r\nFROM a:$V as build\r\n        RUN from\r\n",
    "from a\nrun b \\\n  copy \\  \n\n# user\n  && run c\nuser d\n": (
        "FROM a\nRUN b \\\n  copy \\  \n\n# user\n  && run c\nUSER d\n"
    ),
    "# escape=`\nfrom a\nrun b `\n  run c\nrun d \\\nrun e\n": "# escape=`\nFROM a\nRUN b `\n  run c\nRUN d \\\nRUN e\n",
    "# syntax=x\n#escape = `\nfrom a `\ncopy\n": "# syntax=x\n#escape = `\nFROM a `\ncopy\n",
    "# note\n# escape=`\nfrom a\nrun b `\nrun c\n": "# note\n# escape=`\nFROM a\nRUN b `\nRUN c\n",
    "from a\nrun <<EOF\nrun b\nEOF\nrun c\n": "FROM a\nRUN <<EOF\nrun b\nEOF\nRUN c\n",
    "from a\ncopy <<-'E1' <<\"E2\" /x\nrun\n\tE1\nuser\n\tE2\nE2\nrun c\n": (
        "FROM a\nCOPY <<-'E1' <<\"E2\" /x\nrun\n\tE1\nuser\n\tE2\nE2\nRUN c\n"
    ),
    "from a\nenv X=<<EOF\nrun c\n": "FROM a\nENV X=<<EOF\nRUN c\n",
    "from a\nrun cat 3<<EOF\nuser\nEOF\nuser b\n": "FROM a\nRUN cat 3<<EOF\nuser\nEOF\nUSER b\n",
    "from a\nrun <<EOF\nuser b\n": "FROM a\nRUN <<EOF\nuser b\n",
    "from a\nONBUILD  add x y\nonbuild\n": "FROM a\n         ADD x y\nONBUILD\n",
    "From here on:\nRun away, user.": "FROM here on:\nRUN away, user.",
    "Run this, from there\nuser x\n": "Run this, from there\nuser x\n",
    "": "",
}


@pytest.mark.parametrize(("text", "wanted"), LOWER.items())
def test_instructions_are_put_in_capitals_and_nothing_else(text: str, wanted: str) -> None:
    assert capitals(text.encode()).decode() == wanted


@given(st.lists(st.sampled_from(["from a", "run b", "x", "#", "<<E", "E", "\\", "`", "\n", "\r", "# escape=`\n", "\t", "é"])))
def test_every_byte_stays_in_its_place(words: list[str]) -> None:
    data = "".join(words).encode()
    assert capitals(data).lower() == data.lower()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("FROM a\nRUM b\n", 2),
        ("FROM a\nRUN b \\\n  c\n{% if x %}\n", 4),
        ("import os\nFROM a\n", 1),
        ("FROM a\nRUN <<EOF\nb\nEOF\n- c\n", 5),
        ("FROM a\nONBUILD RUM b\n", 2),
    ],
)
def test_what_is_only_in_part_a_dockerfile_is_told(text: str, line: int) -> None:
    fault = dockerfile_fault(text.encode())
    assert fault is not None
    assert fault.kind is GapKind.PARTIAL_PARSE
    assert f"line {line} " in fault.reason


@pytest.mark.parametrize("text", [*LOWER, "package dockerfile\n\nimport (\n)\n", "# nothing\n"])
def test_a_dockerfile_and_what_is_none_at_all_have_no_fault(text: str) -> None:
    assert dockerfile_fault(text.encode()) is None

"""The instructions of a Dockerfile are found where the builder finds them, and put in capitals without a byte out of its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.model import GapKind
from scangate.tools import semgrep
from scangate.tools.dockerfile import check_dockerfile, normalize_dockerfile
from tests.support.scan_harness import ScanHarness

LOWER = {
    "from a\nrun b\n": "FROM a\nRUN b\n",
    "# note: run\n\n  from a\n\tCopy --from=b b c\n": "# note: run\n\n  FROM a\n\tCOPY --from=b b c\n",
    "arg V=1\r\nfrom a:$V as build\r\nonbuild run from\r\n": "ARG V=1\r\nFROM a:$V as build\r\n        RUN from\r\n",
    "from a\nrun b \\\n  copy \\  \n\n# user\n  && run c\nuser d\n": (
        "FROM a\nRUN b \\\n  copy   \\\n\n# user\n  && run c\nUSER d\n"
    ),
    "# escape=`\nfrom a\nrun b `\n  run c\nrun d \\\nrun e\n": "# escape=\\\nFROM a\nRUN b \\\n  run c\nRUN d _\nRUN e\n",
    "# syntax=x\n#escape = `\nfrom a `\ncopy\n": "# syntax=x\n#escape = \\\nFROM a \\\ncopy\n",
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
def test_only_instructions_are_capitalized(text: str, wanted: str) -> None:
    assert normalize_dockerfile(text.encode()).decode() == wanted


FORMS = {
    "COPY --link --chown=a:b --parents=true x y": "COPY        --chown=a:b                x y",
    "ADD --link x y": "ADD        x y",
    "RUN x --link": "RUN x --link",
    "ARG A=": "ARG A ",
    "ARG A=b=": "ARG A=b ",
    "ARG A=b": "ARG A=b",
    "ENV A b  c": "ENV A b__c",
    "ENV A=b C=d": "ENV A=b C=d",
    'ENV A "b c"': "ENV A _b_c_",
    'ENV A "b"': 'ENV A "b"',
    "ARG A B": "ENV A B",
    "ARG A=1 B=2": "ENV A=1 B=2",
    "ARG A B=2 C": "ENV A B=2_C",
    "LABEL a b c": "           ",
    'LABEL a="b" \\\n  c=d': "             \n     ",
    "RUN --mount=type=cache,target=/a \\\n  b": "RUN                              \\\n  b",
    "RUN a \\\n  [ -f b ]": "RUN a \\\n  _ -f b ]",
    'RUN [ "a" ]': 'RUN [ "a" ]',
    "CMD ['a']": "CMD _'a']",
    'USER "a"': "USER  a ",
    "HEALTHCHECK none": "HEALTHCHECK NONE",
}


@pytest.mark.parametrize(("text", "wanted"), FORMS.items())
def test_forms_unknown_to_semgrep_are_rewritten(text: str, wanted: str) -> None:
    assert normalize_dockerfile(f"FROM a\n{text}\nRUN b\n".encode()).decode() == f"FROM a\n{wanted}\nRUN b\n"


def test_semgrep_finds_the_instructions_that_the_builder_runs(tmp_path: Path) -> None:
    tail = "\nRUN curl https://example.com/x | sh\n"
    files: dict[str, bytes | str] = {f"{number}.dockerfile": f"FROM a\n{text}{tail}" for number, text in enumerate(FORMS)}
    result = ScanHarness(tmp_path).result(semgrep, files)
    assert not result.gaps
    assert {finding.location.path for finding in result.findings} == set(files)


@given(
    st.lists(
        st.sampled_from(
            [
                "from a",
                "run b",
                "x",
                "#",
                "<<E",
                "E",
                "\\",
                "`",
                "\n",
                "\r",
                "# escape=`\n",
                "\t",
                "é",
                "env a ",
                "arg b=",
                "copy --link",
            ]
        )
    )
)
def test_rewriting_keeps_every_byte_offset(words: list[str]) -> None:
    data = "".join(words).encode()
    rewritten = normalize_dockerfile(data)
    assert [len(line) for line in rewritten.split(b"\n")] == [len(line) for line in data.split(b"\n")]
    kept = zip(rewritten.lower().replace(b"env", b"arg"), data.lower().replace(b"env", b"arg"), strict=True)
    assert all(new == old or chr(new) in " `\\_=" for new, old in kept)


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
def test_a_partial_dockerfile_is_reported(text: str, line: int) -> None:
    fault = check_dockerfile(text.encode())
    assert fault is not None
    assert fault.kind is GapKind.PARTIAL_PARSE
    assert fault.line == line
    assert f"line {line}:" in fault.reason


@pytest.mark.parametrize("text", [*LOWER, "package dockerfile\n\nimport (\n)\n", "# nothing\n"])
def test_a_dockerfile_and_a_file_without_instructions_have_no_error(text: str) -> None:
    assert check_dockerfile(text.encode()) is None

"""Our own inline comments: found in comments only, by what opens a comment in that kind of file, and parsed strictly."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.model import AffectedPackage, Confidence, Finding, FindingKind, FormerRule, IgnoreComment, Location, Severity
from scangate.scan.ignore_comments import OPENERS_BY_FILE_TYPE, find_ignore_comments, match_ignores, match_misplaced
from scangate.scan.masking import MASK

WAIVER = "scangate: ignore[bandit:B602] -- a reason"


def found(
    path: str, text: str, line: int = 1, end_line: int = 0, *, rule: str = "bandit:B602", package: AffectedPackage | None = None
) -> tuple[IgnoreComment, ...]:
    """The inline comments next to a finding, where the text holds no secret."""
    lines = text.split("\n")
    place = Location(path, line, end_line or line)
    finding = Finding(rule, Severity.HIGH, Confidence.HIGH, FindingKind.CODE, "t", "m", place, affected_package=package)
    return match_ignores(finding, find_ignore_comments(path, lines, lambda: lines), str)


def holds(path: str, text: str, line: int = 1, end_line: int = 0) -> bool:
    return any(ignore.rules for ignore in found(path, text, line, end_line))


COMMENTS = [
    ("a.py", "call()  # {}"),
    ("a.py", "call()  # noqa: S602  # {}"),
    ("a.py", "call()  #{}"),
    ("a.yml", "a: b # {}"),
    ("requirements.txt", "django==1.11.1  # {}"),
    ("poetry.lock", 'name = "django" # {}'),
    ("Dockerfile", "RUN curl x # {}"),
    ("api.Dockerfile", "RUN curl x # {}"),
    ("Dockerfile.prod", "RUN curl x # {}"),
    ("a.js", "call(); // {}"),
    ("a.js", "call();//{}"),
    ("a.js", "call(); /* {} */"),
    ("a.ts", "/** {} */ call();"),
    ("a.css", "a {{}} /* {} */"),
    ("a.html", "<a> <!-- {} -->"),
    ("a.vue", "call() // {}"),
    ("a.sql", "select 1; -- {}"),
    ("a.ini", "a = b ; {}"),
    ("a.tex", "a % {}"),
    ("a.bat", "REM {}"),
    ("a.bat", "rem {}"),
    ("a.vb", "Call() ' {}"),
    ("a.ps1", "Call <# {} #>"),
    ("a.tf", "a = b // {}"),
    ("a.j2", "{{# {} #}}"),
    ("a.ml", "call () (* {} *)"),
    ("a.properties", "! {}"),
    ("unknown", "a // {}"),
    ("a.zz", "a ; {}"),
    ("a.m", "call(); // {}"),
]  # fmt: skip
NO_COMMENTS = [
    ("a.py", 'x = "# {}"'),
    ("a.py", '"""\n# {}\n"""'),
    ("a.py", 'call("""\n# {}\n""")'),
    ("a.py", "call()  # see {}"),
    ("a.py", "x = '''# {}\n"),
    ("a.yml", "a: b#{}"),
    ("a.yml", "a: {}"),
    ("a.yml", "a: // {}"),
    ("a.js", "call(); # {}"),
    ("a.json", '{{"a": "# {}"}}'),
    ("a.ipynb", '"# {}"'),
    ("a.html", "# {}"),
    ("a.bat", "prem {}"),
    ("a.css", "// {}"),
    ("unknown", "{}"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text"), COMMENTS)
def test_in_a_comment_it_holds(path: str, text: str) -> None:
    (ignore,) = found(path, text.format(WAIVER))
    assert ignore == IgnoreComment(1, WAIVER, ("bandit:B602",))


@pytest.mark.parametrize(("path", "text"), NO_COMMENTS)
def test_outside_comments_it_is_only_text(path: str, text: str) -> None:
    lines = text.format(WAIVER).split("\n")
    assert not find_ignore_comments(path, lines, lambda: lines)


def test_every_syntax_of_the_table_opens_a_comment() -> None:
    for kind, openers in OPENERS_BY_FILE_TYPE.items():
        for opener in openers if kind not in {"py"} else ():
            assert holds(f"a.{kind}", f"{opener} {WAIVER}"), (kind, opener)


MALFORMED = (
    "scangate: ignore",
    "scangate: ignore -- why",
    "scangate: ignore[] -- why",
    "scangate: ignore[ , ] -- why",
    "scangate: ignore[bandit:B602 -- why",
    "scangate: ignore bandit:B602 -- why",
    "scangate: ignore[B602] -- why",
    "scangate: ignore[*] -- why",
    "scangate: ignore[*:*] -- why",
    "scangate: ignore[bandit:B602, *:?] -- why",
    "scangate: ignore[bandit:B602 B603] -- why",
    "scangate: ignore[bandit:B602]",
    "scangate: ignore[bandit:B602] --",
    "scangate: ignore[bandit:B602] -- .",
    "scangate: ignore[bandit:B602] --why",
    "scangate: ignore[bandit:B602] why",
    "scangate: ignore[bandit:B602] untill=2027-01-31 -- why",
    "scangate: ignore[bandit:B602] until=tomorrow -- why",
    "scangate: ignore[bandit:B602] until=2027-02-30 -- why",
    "scangate: ignore[bandit:B602] until=2027-01-31 until=2028-01-31 -- why",
)


@pytest.mark.parametrize("text", MALFORMED)
@pytest.mark.parametrize("path", ["a.py", "a.yml"])
def test_a_malformed_comment_is_returned_with_its_problem(text: str, path: str) -> None:
    (ignore,) = found(path, f"x # {text}")
    assert ignore.problem
    assert (ignore.rules, ignore.text) == ((), text)


@pytest.mark.parametrize(
    "text",
    [
        "scangate: ignore[bandit:B602] until=2027-01-31 -- why",
        "scangate:ignore [bandit:B602]  until=2027-01-31,  \u2014 why",
        "Scangate: Ignore[semgrep:x,bandit:B6*]until=2027-01-31 \u2013 why",
        "scangate: ignore[bandit:*] until=2027-01-31 -- -- why",
        "scangate: ignore[*:B602] until=2027-01-31 -- x",
    ],
)
def test_spellings_that_hold(text: str) -> None:
    (ignore,) = found("a.py", f"x # {text}")
    assert (bool(ignore.rules), ignore.expires, ignore.problem) == (True, "2027-01-31", "")


def test_only_the_rules_about_the_finding_are_kept() -> None:
    (ignore,) = found("a.py", "x # scangate: ignore[bandit:B1, bandit:B6*, semgrep:y] -- why")
    assert ignore == IgnoreComment(1, "scangate: ignore[bandit:B6*, ...] -- why", ("bandit:B6*",))
    (other,) = found("a.py", "x # scangate: ignore[bandit:b602] -- why")
    assert (other.rules, other.problem) == ((), "")


def test_a_comment_may_name_the_former_rule() -> None:
    def rules(former: FormerRule | None) -> list[tuple[str, ...]]:
        place = Location("a.py", 1, 1)
        finding = Finding("a:new", Severity.HIGH, Confidence.HIGH, FindingKind.SECRET, "t", "m", place, former=former)
        lines = ["x  # scangate: ignore[a:old, a:older] -- a reason"]
        return [each.rules for each in match_ignores(finding, find_ignore_comments("a.py", lines, lambda: lines), str)]

    assert rules(FormerRule("a:old")) == [("a:old",)]
    assert rules(None) == [()]


def test_a_dependency_goes_by_any_name_of_its_advisory() -> None:
    package = AffectedPackage("django", "1", aliases=("GHSA-aa", "CVE-1"))
    for name in ("CVE-1", "PYSEC-1", "GHSA-*"):
        line = f"django==1  # scangate: ignore[pip-audit:{name}] -- why"
        (ignore,) = found("requirements.txt", line, rule="pip-audit:PYSEC-1", package=package)
        assert ignore.rules == (f"pip-audit:{name}",)


PLACES = """\
# {0}
call(
    a,  # {0}
    b,
)
x = 1  # {0}
call()

# {0}

call()
# {0}
# another comment
call()
# {0}
# {0}
call()
call(
    a,
)  # {0}
"""  # fmt: skip


@pytest.mark.parametrize(
    ("line", "end_line", "held"),
    [
        (2, 5, True),
        (4, 4, False),
        (6, 6, True),
        (7, 7, False),
        (11, 11, False),
        (14, 14, False),
        (17, 17, True),
        (18, 20, True),
        (18, 19, False),
    ],
)
@pytest.mark.parametrize("path", ["a.py", "a.yml"])
def test_ignore_comment_applies_to_first_last_or_preceding_line(line: int, end_line: int, held: bool, path: str) -> None:
    assert holds(path, PLACES.format(WAIVER), line, end_line) is held


def test_a_block_comment_before_code_is_not_alone() -> None:
    assert holds("a.js", f"/* {WAIVER} */\ncall()", 2)
    assert not holds("a.js", f"/* {WAIVER} */ other()\ncall()", 2)
    assert not holds("a.js", f"other() /* {WAIVER} */\ncall()", 2)


def test_a_secret_in_the_line_changes_what_is_shown_and_not_what_holds() -> None:
    written = 'password = "abc"  # scangate: ignore[bandit:B602] until=2027-01-31 -- it is abc'
    for clean, reason in (
        ('password = "***"  # scangate: ignore[bandit:B602] until=2027-01-31 -- it is ***', "it is ***"),
        (MASK, MASK),
        ('password = "***"  # scangate: ignore[***] until=2027-01-31 -- ***', MASK),
        ("password = ***", MASK),
    ):
        ((comment,),) = find_ignore_comments("a.py", [written], [clean].copy).values()
        assert (comment.rules, comment.until, comment.reason) == (("bandit:B602",), "2027-01-31", reason)
        assert "abc" not in repr(comment)


@given(
    st.text(alphabet="scangate: ignore[]*#/-=:\u2014'\"0123 \t\\until", max_size=60),
    st.sampled_from(["a.py", "a.yml", "a.js", "zz"]),
)
def test_any_text_can_be_read(text: str, path: str) -> None:
    for comments in find_ignore_comments(path, [f"# scangate: ignore{text}"], lambda: [f"# scangate: ignore{text}"]).values():
        assert all(bool(comment.error) is not bool(comment.rules and comment.reason) for comment in comments)


def misplaced(text: str, *places: tuple[int, str]) -> list[tuple[int, int]]:
    """The line of each finding that gets a comment of a wrong line, with the line of the comment."""
    comments = find_ignore_comments("a.py", text.split("\n"), lambda: text.split("\n"))
    findings = []
    for line, rule in places:
        finding = Finding(rule, Severity.HIGH, Confidence.HIGH, FindingKind.CODE, "t", "m", Location("a.py", line, line))
        findings.append(msgspec.structs.replace(finding, ignore_comments=match_ignores(finding, comments, str)))
    return [
        (each.location.line, ignore.line)
        for each in match_misplaced(findings, comments, str)
        for ignore in each.ignore_comments
        if ignore.problem and not ignore.rules
    ]


@pytest.mark.parametrize(
    ("text", "places", "expected"),
    [
        (f"call()\n# {WAIVER}", [(1, "bandit:B602")], [(1, 2)]),
        (f"x = 1  # {WAIVER}\ncall()", [(2, "bandit:B602")], [(2, 1)]),
        (f"# {WAIVER}\n\ncall()\ncall()", [(3, "bandit:B602"), (4, "bandit:B602")], [(3, 1)]),
        (f"# {WAIVER}\n" + "\n" * 9 + "call()", [(11, "bandit:B602")], []),
        (f"call()  # {WAIVER}\ncall()", [(1, "bandit:B602"), (2, "bandit:B602")], []),
        (f"call()\n# {WAIVER}", [(1, "bandit:B603")], []),
        ("call()\n# scangate: ignore[bandit:B602]", [(1, "bandit:B602")], []),
    ],
)
def test_a_comment_in_a_wrong_line_is_pointed_out_at_the_finding_that_it_means(
    text: str, places: list[tuple[int, str]], expected: list[tuple[int, int]]
) -> None:
    assert misplaced(text, *places) == expected

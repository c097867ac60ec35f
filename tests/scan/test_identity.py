"""Fingerprints depend on what a finding is, not on its line, and contain nothing of a secret; line hashes are GitHub's."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.model import AffectedPackage, Confidence, Finding, FindingIdentity, FindingKind, FormerRule, Location, Severity, Span
from scangate.scan.identity import identify, line_hashes
from scangate.scan.secret_spans import MaskedText
from scangate.source_text import split_lines

# Published next to the code that computes them: github/codeql-action, src/fingerprints.test.ts.
VECTORS = [
    ("", ["c129715d7a2bc9a3:1"]),
    (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
    (
        " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
        [
            "8b7cf3e952e7aeb2:1",
            "b1ae1287ec4718d9:1",
            "bff680108adb0fcc:1",
            "c6805c5e1288b612:1",
            "b86d3392aea1be30:1",
            "e6ceba753e1a442:1",
        ],
    ),
    (
        "x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n",
        [
            *("e54938cc54b302f1:1", "bb609acbe9138d60:1", "1131fd5871777f34:1", "5c482a0f8b35ea28:1"),
            *("54517377da7028d2:1", "2c644846cb18d53e:1", "f1b89f20de0d133:1", "c129715d7a2bc9a3:1"),
        ],
    ),
    (
        " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
        [
            *("e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1"),
            *("b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1"),
        ],
    ),
    (
        "Lorem ipsum dolor sit amet.\n" * 10,
        [
            *(f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)),
            *("a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"),
        ],
    ),
]


@pytest.mark.parametrize(("text", "expected"), VECTORS)
def test_line_hashes_are_the_published_ones(text: str, expected: list[str]) -> None:
    assert list(line_hashes(split_lines(text)).values()) == expected


@pytest.mark.parametrize("seed", range(20))
def test_line_hashes_are_the_sum_over_the_units_of_each_line(seed: int) -> None:
    """The same by the letter of the definition: every unit of every line, one after the other."""
    chance = random.Random(seed)
    signs = "a b\t1\U0001f600\ue000\ud83d\uffff\x00\x85\u2028"
    lines = ["".join(chance.choices(signs, k=chance.choice([0, 1, 3, 40, 130]))) for _ in range(chance.randrange(1, 12))] * 2
    packed = ["".join(line.split(" ")).replace("\t", "").encode("utf-16-le", "surrogatepass") for line in lines]
    units = [[part[at] + 256 * part[at + 1] for at in range(0, len(part), 2)] + [10] for part in packed]
    units[-1][-1] = 65535
    seen: list[int] = []
    expected = {}
    for number in range(len(lines)):
        window = [*(unit for part in units[number:] for unit in part), *[0] * 100][:100]
        value = sum(unit * 37 ** (99 - place) for place, unit in enumerate(window)) % 2**64
        seen.append(value)
        expected[number + 1] = f"{value:x}:{seen.count(value)}"
    assert line_hashes(lines) == expected
    assert line_hashes(lines, {2}) == {number: value for number, value in expected.items() if number == 2}


def finding(
    line: int,
    *,
    kind: FindingKind = FindingKind.CODE,
    rule: str = "a:rule",
    end_line: int = 0,
    package: AffectedPackage | None = None,
) -> Finding:
    return Finding(
        rule, Severity.LOW, Confidence.LOW, kind, "t", "m", Location("a.py", line, end_line or line), affected_package=package
    )


def at_column(column: int) -> Finding:
    return msgspec.structs.replace(finding(1), location=Location("a.py", 1, 1, column, column + 4))


def prints(text: str, findings: list[Finding]) -> list[str]:
    return [found.fingerprint for found in identify(findings, MaskedText(split_lines(text)))]


def test_a_fingerprint_survives_moves_indents_and_line_ends() -> None:
    before = prints("eval(x)\n", [finding(1)])
    assert prints("\n\n# new\neval(x)\n", [finding(4)]) == before
    assert prints("if a:\n        eval( x )\n", [finding(2)]) == before
    assert prints("a\r\neval(x)\r\n", [finding(2)]) == before
    assert prints("eval(y)\n", [finding(1)]) != before
    assert prints("eval(x)\n", [finding(1, rule="a:other")]) != before


def test_a_call_over_several_lines_is_the_same_on_one() -> None:
    assert prints("call(\n    a,\n    b,\n)\n", [finding(1, end_line=4)]) == prints("call(a,b,)\n", [finding(1)])


def test_identical_findings_are_numbered_in_order() -> None:
    twins = prints("eval(x)\neval(x)\neval(x)\n", [finding(3), finding(1), finding(2)])
    assert len(set(twins)) == 3
    assert prints("eval(x)\n\n\n\neval(x)\n", [finding(1), finding(5)]) == twins[:2]


@given(st.text("abcXYZ0189+/=", min_size=1, max_size=40), st.text("abcXYZ0189+/=", min_size=1, max_size=40))
def test_a_secrets_value_is_in_no_part_of_its_identity(first: str, second: str) -> None:
    def identity(value: str) -> list[tuple[object, ...]]:
        span = Span(1, 16, 1, 16 + len(value))
        text = MaskedText([f'db_password = "{value}"  # why'], [span])
        found = [identify([finding(1, kind=FindingKind.SECRET), finding(1)], text, spans) for spans in ((), (span,))]
        return [(each.fingerprint, each.evidence, each.line_hash, each.identity) for both in found for each in both]

    assert identity(first) == identity(second)


def test_a_secret_is_known_by_the_name_it_is_given() -> None:
    one, two = (prints(text, [finding(1, kind=FindingKind.SECRET)]) for text in ('db_password = "***"', 'api_token = "***"'))
    assert one != two
    assert prints('x\n\n  "db_password": "***"', [finding(3, kind=FindingKind.SECRET)]) == one


def test_a_secret_has_no_line_hash() -> None:
    secret, code = identify([finding(1, kind=FindingKind.SECRET, rule="a:1"), finding(1, rule="a:2")], MaskedText(["x = ***"]))
    assert (secret.line_hash, bool(code.line_hash)) == ("", True)


def test_a_dependency_is_known_by_its_package_not_its_version() -> None:
    old, new = (prints(f"a=={v}", [finding(1, kind=FindingKind.DEPENDENCY, package=AffectedPackage("a", v))]) for v in ("1", "2"))
    assert old == new


def test_evidence_is_short_and_masked() -> None:
    (found,) = identify([finding(1)], MaskedText(['  password = "hunter2"; ' + "x" * 5000]))
    assert found.evidence.startswith('password = "***"')
    assert len(found.evidence) < 260
    (found,) = identify([finding(1)], MaskedText(["x" * 1990 + " token" + "A1b2" * 20]))
    assert "A1b2" not in found.evidence


def test_evidence_of_a_long_line_is_around_the_column_without_pieces_of_words() -> None:
    words = [f"word{number}" for number in range(200)]
    line = "    " + " ".join(words)
    for target in (0, 10, 40, 100, 199):
        column = line.index(words[target]) + 1
        (found,) = identify([at_column(column)], MaskedText([line]))
        assert words[target] in found.evidence.split()
        assert set(found.evidence.replace("...", " ").split()) <= set(words)
        assert len(found.evidence) < 260
    secret = "x " * 200 + "token" + "A1b2" * 60 + " eval(code)"
    (found,) = identify([at_column(secret.index("eval") + 1)], MaskedText([secret]))
    assert "A1b2" not in found.evidence


def test_a_place_beyond_the_file_is_no_error() -> None:
    (found,) = identify([finding(99, end_line=120)], MaskedText(["a"]))
    assert (found.evidence, found.line_hash) == ("", "")


def test_many_findings_on_one_long_line_cost_little() -> None:
    lines = ["eval(x);" * 100_000]
    assert len(identify([finding(1) for _ in range(2000)], MaskedText(lines))) == 2000


def place(line: int, column: int, end_line: int, end_column: int, kind: FindingKind = FindingKind.CODE) -> Finding:
    where = Location("a.py", line, end_line, column, end_column)
    return Finding("a:rule", Severity.LOW, Confidence.LOW, kind, "t", "m", where)


def record(text: str, found: Finding, *secrets: Span) -> FindingIdentity:
    (named,) = identify([found], MaskedText(split_lines(text), secrets), secrets)
    assert named.identity is not None
    return named.identity


def test_fingerprint_ignores_text_next_to_the_match() -> None:
    one = record("x = eval(y)  # why\n", place(1, 5, 1, 12))
    assert record("return eval(y)\n", place(1, 8, 1, 15)).content == one.content
    assert record("a = 1; x = eval(y)\n", place(1, 12, 1, 19)).content == one.content
    assert record("x = eval(z)  # why\n", place(1, 5, 1, 12)).content != one.content


def test_reformatting_keeps_the_fingerprint() -> None:
    one = record("call('it\\'s', [1, 2], b)\n", place(1, 1, 1, 25))
    assert record('call(\n    "it\'s",\n    [1, 2],\n    b,\n)\n', place(1, 1, 5, 2)).content == one.content
    assert record("call('it\\'s', [1, \\\n  2], b)\n", place(1, 1, 2, 10)).content == one.content


@given(st.text("abcXYZ0189", min_size=1, max_size=30), st.text("abcXYZ0189", min_size=1, max_size=30))
def test_a_secret_before_or_within_the_matched_text_does_not_change_it(first: str, second: str) -> None:
    def content(value: str) -> FindingIdentity:
        text = f'password = "{value}"; login(user, "{value}", host)\n'
        start, again = text.index(value) + 1, text.rindex(value) + 1
        secrets = (Span(1, start, 1, start + len(value)), Span(1, again, 1, again + len(value)))
        return record(text, place(1, text.index("login") + 1, 1, len(text)), *secrets)

    assert content(first) == content(second)


def test_two_secrets_on_a_line_have_their_own_names_wherever_the_line_is_broken() -> None:
    line = 'x = {"password": "hunter", "api_key": "orange"}'
    secrets = tuple(Span(1, line.index(word) + 1, 1, line.index(word) + 7) for word in ("hunter", "orange"))
    both = [record(line, place(1, span.column, 1, span.end_column, FindingKind.SECRET), *secrets) for span in secrets]
    broken = ['    "password": "hunter",', '    "api_key": "orange",']
    for text, word, one in zip(broken, ("hunter", "orange"), both, strict=True):
        span = Span(1, text.index(word) + 1, 1, text.index(word) + 7)
        assert record(text, place(1, span.column, 1, span.end_column, FindingKind.SECRET), span) == one


def test_context_is_the_enclosing_block() -> None:
    one = record("def f(x):\n    eval(x)\n\n\ndef g():\n    pass\n", place(2, 5, 2, 12))
    assert record("def f(x):\n\n        eval(x)\nclass C:\n", place(3, 9, 3, 16)).context == one.context
    assert record("def f(x):\n    eval(x)\n    pass\n", place(2, 5, 2, 12)).context != one.context
    assert record("def h(x):\n    eval(x)\n", place(2, 5, 2, 12)).context != one.context


def test_fingerprints_name_the_path_as_reports_show_it() -> None:
    text = MaskedText(["eval(x)"])
    (one,), (other,) = identify([finding(1)], text, path="a/***"), identify([finding(1)], text, path="b/***")
    (same,) = identify([msgspec.structs.replace(finding(1), location=Location("other.py"))], text, path="a/***")
    assert one.fingerprint == same.fingerprint != other.fingerprint


FORMER_LINES = ['db_password = "***"'] * 4 + ['api_token = "***"']


def under_rules(*rules: tuple[str, str]) -> list[Finding]:
    """A secret in each of FORMER_LINES, under a rule and a former one."""
    found = [
        msgspec.structs.replace(finding(line, kind=FindingKind.SECRET, rule=rule), former=FormerRule(former) if former else None)
        for line, (rule, former) in enumerate(rules, start=1)
    ]
    return identify(found, MaskedText(FORMER_LINES))


def test_a_finding_has_under_its_former_rule_the_name_that_it_had() -> None:
    before = under_rules(*[("a:old", "")] * 5)
    after = under_rules(("a:old", ""), ("a:new", "a:old"), ("a:other", "a:old"), ("a:old", ""), ("a:new", "a:old"))
    assert [each.names[-1] for each in after] == [each.names[0] for each in before]
    for old, new in zip(before, after, strict=True):
        former, identity = new.former, old.identity
        assert former is None or (identity is not None and former.ordinal == identity.ordinal)


def test_a_former_rule_changes_nothing_of_the_current_name() -> None:
    plain = under_rules(*[("a:new", "")] * 5)
    assert [each.names[0] for each in under_rules(*[("a:new", "a:old")] * 5)] == [each.names[0] for each in plain]
    assert [each.identity for each in under_rules(*[("a:new", "a:old")] * 5)] == [each.identity for each in plain]

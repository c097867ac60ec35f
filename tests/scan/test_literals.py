"""What a detector reports a part of becomes the whole value, and never code, names or operators."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.model import Secret, SecretWeight, Span
from scangate.scan.literals import SourceText, exact_secrets
from scangate.scan.secret_values import SecretValues
from tests.support.growth import grows_linearly


def text_at(lines: list[str], span: Span) -> str:
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    inner = lines[span.line : span.end_line - 1]
    return "\n".join([lines[span.line - 1][span.column - 1 :], *inner, lines[span.end_line - 1][: span.end_column - 1]])


def found(path: str, text: str, part: str, *, whole_line: bool = False, weak: bool = False) -> list[list[str]]:
    """The pieces of the strong values that a report of ``part``, or of its line, becomes; with ``weak``, of the weak ones."""
    lines = text.split("\n")
    at = text.index(part)
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    span = Span(line, 1, line, 1 << 30) if whole_line else Span(line, column, line, column + len(part))
    wanted = SecretWeight.WEAK if weak else SecretWeight.STRONG
    return [
        [text_at(lines, each) for each in secret.spans]
        for secret in exact_secrets(path, lines, [Secret((span,))])
        if secret.weight is wanted
    ]


@pytest.mark.parametrize(
    ("path", "text", "part", "values"),
    [
        # escaped quotes
        ("a.py", r'password = "hun\"ter2x"', "hun\\", [["hun\\"], [r"hun\"ter2x"]]),
        ("a.json", r'{"password": "a\"b\\c99", "x": 1}', "a\\", [["a\\"], [r"a\"b\\c99"]]),
        ("a.yaml", "secret: 'it''s a secret9'", "it", [["it"], ["it''s a secret9"]]),
        ("a.sh", r'PASSWORD="abc\"def 9"', "abc", [["abc"], [r"abc\"def 9"]]),
        ("a.toml", 'password = """ab"c"""', "ab", [["ab"], ['ab"c']]),
        # concatenated and in several lines
        ("a.py", 'password = "ab12" + "cd34"', "ab12", [["ab12", "cd34"]]),
        ("a.py", 'password = "ab12" b"cd34"', "ab12", [["ab12", "cd34"]]),
        ("a.py", 'password = ("ab12"  # one\n            "cd34")', "ab12", [["ab12", "cd34"]]),
        ("a.py", 'password = "ab12" \\\n    "cd34"', "ab12", [["ab12", "cd34"]]),
        ("a.js", "const password = 'ab12' +\n  'cd34';", "ab12", [["ab12", "cd34"]]),
        ("a.php", "$password = 'ab12' . 'cd34';", "ab12", [["ab12", "cd34"]]),
        ("a.py", 'password = "ab12"\n"""A text."""', "ab12", [["ab12"]]),
        ("a.py", 'd = {"password": "ab12", "user": "bob"}', "ab12", [["ab12"]]),
        # several values
        ("a.py", 'password, token = "ab12", "cd34"', "ab12", [["ab12"], ["cd34"]]),
        ("a.py", 'password = x or "ab12" or "cd34"', "ab12", [["ab12"], ["cd34"]]),
        ("a.py", 'password = "ab12" if x else "cd34"', "ab12", [["ab12"], ["cd34"]]),
        ("a.js", 'const password = "ab12" || "cd34"', "ab12", [["ab12"], ["cd34"]]),
        ("a.py", 'connect("ab12", "bob")', "ab12", [["ab12"]]),
        # URLs
        ("a.py", 'u = "https://bob:p@ssw0rd@db.example.org/x?m=a@b"', "p@", [["p@"], ["p@ssw0rd"]]),
        ("a.yml", "u: amqp://bob:p@ss/w0rd@db.example.org:5672/v", "p@", [["p@"], ["p@ss/w0rd"]]),
        ("a.sh", "git clone https://bob:ab12@example.org/@scope/x", "ab12", [["ab12"]]),
        ("a.md", "see https://:ab12@example.org, or not", "ab12", [["ab12"]]),
        # without quotes
        ("a.yml", "password: ab 12;x  # why", "ab", [["ab"], ["ab 12;x"]]),
        ("a.yml", "x: {password: ab 12, user: [x]}", "ab", [["ab"], ["ab 12"]]),
        ("a.yml", "x: [{a: b}, {password: ab12}]", "ab12", [["ab12"]]),
        ("a.yml", "x[0].password: ab,12", "ab", [["ab"], ["ab,12"]]),
        ("a.env", "PASSWORD=ab,12;x y", "ab", [["ab"], ["ab,12;x y"]]),
        ("Dockerfile", "ENV DB_PASSWORD ab12", "ab12", [["ab12"]]),
        ("Dockerfile", "ENV DB_PASSWORD=ab,12 X=y", "ab", [["ab"], ["ab,12"]]),
        ("a.sh", "export PASSWORD='ab'\"1 2\"c; run", "ab", [["ab"], ['ab\'"1 2"c']]),
        ("a.xml", "<x>\n<password>ab 12</password>", "ab", [["ab"], ["ab 12"]]),
        ("a.xml", '<x password="ab 12" y="z"/>', "ab", [["ab"], ["ab 12"]]),
        # a token within a longer text stays as it is
        ("a.py", 'run("deploy --with ab12 now")', "ab12", [["ab12"]]),
        ("a.py", "x = 1  # was ab12 once", "ab12", [["ab12"]]),
        ("a.py", '"""\npassword = "ab12 c"\n"""', "ab12", [["ab12"], ["ab12 c"]]),
    ],
)
def test_the_extent_is_the_whole_value(path: str, text: str, part: str, values: list[list[str]]) -> None:
    assert sorted(found(path, text, part)) == sorted(values)


@pytest.mark.parametrize(
    ("path", "line", "strong", "weak"),
    [
        ("a.py", 'password = md5(password.encode(), "salt")', [["salt"]], []),
        ("a.py", 'd = {"password": "ab12"}', [["ab12"]], []),
        ("a.py", "x = f(y)  # ab12", [], [["# ab12"]]),
        ("a.yml", "password: ab12", [["ab12"]], []),
        ("a.sh", "curl -u bob:ab12 https://example.org", [], [["curl -u bob:ab12 https://example.org"]]),
        ("a.txt", "the word is ab12", [], [["the word is ab12"]]),
    ],
)
def test_of_a_whole_line_only_literals_are_shared(path: str, line: str, strong: list[list[str]], weak: list[list[str]]) -> None:
    """A tool that reports lines alone: the rest of the line is masked in its place where it could be the secret, never in code."""
    text = f"{line}\nx\n"
    assert found(path, text, line, whole_line=True) == strong
    assert found(path, text, line, whole_line=True, weak=True) == weak


def test_the_same_letters_in_a_name_are_no_secret() -> None:
    line = 'my_app = connect(my_app, password="my_app")'
    secrets = [Secret((Span(1, at, 1, at + 6),)) for at in (1, 18, 36)]
    assert [secret.spans for secret in exact_secrets("a.py", [line], secrets)] == [(Span(1, 36, 1, 42),)]
    assert len(exact_secrets("a.txt", [line], secrets)) == 3


def test_a_key_is_what_is_between_its_marks() -> None:
    lines = ["x", "-----BEGIN " + "RSA PRIVATE KEY-----", "MIIab", "cd==", "-----END " + "RSA PRIVATE KEY-----"]
    header, key = exact_secrets("a.pem", lines, [Secret((Span(2, 6, 2, 27),))])
    assert header.weight is SecretWeight.WEAK
    assert (key.weight, key.spans) == (SecretWeight.STRONG, (Span(2, 32, 4, 6),))


def test_a_literal_is_found_by_its_value() -> None:
    lines = ['f(a="x", password="ab"', '  "\\x63d")', 'password = b"\\"q"']
    source = SourceText("a.py", lines)
    assert list(source.locate_value(1, 2, "abcd")) == [(Span(1, 20, 1, 22), Span(2, 4, 2, 9))]
    assert list(source.locate_value(3, 3, '"q')) == [(Span(3, 14, 3, 17),)]
    assert not list(source.locate_value(1, 3, "nothing"))


def test_secrets_elsewhere_in_a_file_are_found_but_no_names() -> None:
    lines = ["c0nfig.read()  # c0nfig", 'open("c0nfig")', "rec0nfig"]
    spans = list(SourceText("a.py", lines).find_secrets(SecretValues(["c0nfig"])))
    assert spans == [Span(1, 18, 1, 24), Span(2, 7, 2, 13)]


PIECES = [
    '"',
    "'",
    "`",
    '"""',
    "\\",
    "#",
    "//",
    "/*",
    "-->",
    "<!--",
    "://a:",
    "@",
    "password = ",
    "(",
    "+",
    "\n",
    " or ",
    ", ",
    "x",
]
PATHS = ["a.py", "a.js", "a.rb", "a.sh", "a.yml", "a.xml", "a.txt"]


@given(st.sampled_from(PATHS), st.lists(st.sampled_from(PIECES), max_size=30), st.data())
def test_any_report_in_any_text_gives_exact_places_once(path: str, pieces: list[str], data: st.DataObject) -> None:
    lines = "".join(pieces).split("\n")
    few, further = st.integers(0, 12), st.integers(0, 2)
    line, column, more, end = data.draw(st.tuples(few, few, further, few))
    span = Span(line, column, line + more, end)
    exact = exact_secrets(path, lines, [Secret((span,))])
    assert exact_secrets(path, lines, exact) == exact
    for secret in exact:
        for each in secret.spans:
            assert 1 <= each.line <= each.end_line <= len(lines)
            assert each.end_column <= len(lines[each.end_line - 1]) + 1


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "piece", ['"', "'", '"""', "`", '"\\', "'a' + ", "https://a:b@", "http://a:", "/*", "<!--", "#", '"x" or ', "\\\n"]
)
def test_a_hostile_file_costs_its_length(path: str, piece: str) -> None:
    def find(size: int) -> None:
        lines = ("password = 'x" + piece * (size // len(piece))).split("\n")
        exact_secrets(path, lines, [Secret((Span(1, 13, 1, 14),)), Secret((Span(len(lines), 1, len(lines), 1 << 30),))])

    assert grows_linearly(find, 25_000)

"""Redundant parentheses and blanks go, the program and the positions stay."""

from __future__ import annotations

import ast
import re
import sysconfig
from pathlib import Path

import pytest

from scangate.model import GapKind
from scangate.tools.python_downlevel import walk_code
from scangate.tools.python_layout import layout_edits, normalize_identifiers
from scangate.tools.semgrep_input import PYTHON_PROBE, prepare_source
from scangate.tools.source_edits import EditedText, LineStarts
from tests.support.python_constructs import constructs, indented

STANDARD = Path(sysconfig.get_path("stdlib"))


def relaid(text: str) -> str:
    lines = LineStarts(text.encode())
    return EditedText(lines.data, layout_edits(walk_code(ast.parse(text)), lines)[0]).data.decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f (a)", "f(a)"),
        ("f('(#', ('a)', 'b'), (c))  # (", "f('(#', ('a)', 'b'), c)  # ("),
        ("(f)(a)", "f(a)"),
        ("((f)) ((a))", "f(a)"),
        ("(a . b) [0] . c (d)", "a.b[0].c(d)"),
        ("x = (\n  # c\n  a\n  .b(c)\n  .d\n)", "x = a.b(c).d"),
        ("a \\\n . b", "a.b"),
        ("return_ = (a + b) * c", "return_ = (a + b) * c"),
        ("x = ((a + b)) * c", "x = (a + b) * c"),
        ("x = (a + b)", "x = a + b"),
        ("x = (a +\n b)", "x = (a +\n b)"),
        ("f((a +\n b), c=(not d))", "f(a +\n b, c=not d)"),
        ("f((a, b), (c for c in d), (yield_))", "f((a, b), (c for c in d), yield_)"),
        ("f(((a, b)))", "f((a, b))"),
        ("x = {**(a or b), 'c': (d or e)}", "x = {**(a or b), 'c': d or e}"),
        ("f(*(a or b), **(c or d))", "f(*(a or b), **(c or d))"),
        ("x = ('a'\n 'b')", "x = ('a'\n 'b')"),
        ("x = ('a' 'b').c", "x = 'a' 'b'.c"),
        ("x = ('''a\nb''')", "x = '''a\nb'''"),
        ("x = (1).real, (1) . real, 1 .real", "x = 1 .real, 1 . real, 1 .real"),
        ("x = a if(b)else(c)", "x = a if b else c"),
        ("x = not(a) in(b)", "x = not a in b"),
        ("class A (B): pass", "class A (B): pass"),
        ("class A((B)): pass", "class A(B): pass"),
        ("with (a) as b, (c): pass", "with a as b, c: pass"),
        ("(a).b = (c)", "a.b = c"),
        ("@(a)\ndef f(): pass", "@a\ndef f(): pass"),
        ("f((x := 1), (lambda: y), (await_))", "f((x := 1), lambda: y, await_)"),
        ("f(x for x in (y))", "f(x for x in y)"),
        ("import builtins as b\nb.eval(x); b . open (y)", "import builtins as b\neval(x); open(y)"),
        ("from builtins import eval as e\ne(x)", "from builtins import eval as e\neval(x)"),
        ("__builtins__['eval'](x); vars(__builtins__)['exec'](y)", "eval(x); exec(y)"),
        ("e = eval\ne(x)", "e = eval\neval(x)"),
        ("e = (open)  # c\ne = f\ne(x)", "e = open  # c\ne = f\ne(x)"),
        ("e = exec\ndef f(e): e(x)", "e = exec\ndef f(e): e(x)"),
        ("getattr(__import__('builtins'), 'eval')(x)", "eval(x)"),
        ("import builtins\nbuiltins.__dict__; b.eval(x)", "import builtins\nbuiltins.__dict__; b.eval(x)"),
    ],
)
def test_one_layout(text: str, expected: str) -> None:
    assert relaid(text) == expected
    ast.parse(expected)


def trees_are_equal(text: str) -> bool:
    """But for ``simple`` of an annotation, which is 0 where the name is in parentheses."""
    before, after = (re.sub(r"simple=[01]", "", ast.dump(ast.parse(each))) for each in (text, relaid(text)))
    return before == after


def test_any_syntax_stays_the_same_program() -> None:
    for construct in constructs():
        text = f"async def view():\n    for _ in y:\n{indented(construct, 8)}"
        try:
            ast.parse(text)
        except SyntaxError:
            continue
        assert trees_are_equal(text), construct


@pytest.mark.nightly
def test_the_standard_library_stays_the_same_program() -> None:
    for file in sorted([*STANDARD.glob("[a-h]*.py"), *STANDARD.glob("test/test_[fgp]*.py")]):
        data = file.read_bytes()
        if data.isascii() and b"builtins" not in data:
            assert trees_are_equal(data.decode().replace("\r\n", "\n")), file


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\uff45\uff56\uff41\uff4c(x)", [(0, 4, "eval")]),
        ("os.\U0001d42c\U0001d432stem", [(3, 9, "system")]),
        ("x = '\uff45' # \uff45", []),
        ("x = f'{\uff45val(y)}'", [(7, 11, "eval")]),
        ("ev\u00aal(x)", [(0, 4, "eval")]),
        ("x.\uff49f", []),
        ("caf\u00e9 = na\u00efve", []),
        ("x = '''\n\uff45''' + \uff45", [(15, 16, "e")]),
    ],
)
def test_identifiers_are_compared_as_python_compares_them(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert normalize_identifiers(text) == expected


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        ")",
        "((a",
        "a.",
        "a (",
        "[",
        "# (\n",
        "'(",
        "\\\n",
        " ",
        "(a)",
        "\uff45",
        "f'{",
        "'''",
        "a[1:2]",
        "try: a\nexcept: b\n",
        "a<",
    ],
)
def test_any_text_becomes_python_or_stays_as_it_is_with_an_error(piece: str) -> None:
    for opening in ("", "x = '''\n", "x = [", "# "):
        text = opening + piece * (200_000 // len(piece)) + ("'''\n" if "'''" in opening else "")
        prepared = prepare_source("a.py", text.encode())
        assert prepared.text.endswith(PYTHON_PROBE)
        code = prepared.text.removesuffix(PYTHON_PROBE)
        if prepared.error is None:
            ast.parse(code)
        else:
            assert (code.rstrip(b"\n"), prepared.error.kind) == (text.encode().rstrip(b"\n"), GapKind.UNPARSABLE)

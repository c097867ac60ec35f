"""Newer statements become older ones, and every expression stays in its place."""

from __future__ import annotations

import ast
import sys
import sysconfig
from pathlib import Path

import pytest

from scangate.tools import python_downlevel
from scangate.tools.python_downlevel import bracket_edits, capture_edits, walk_code
from scangate.tools.source_edits import EditedText, LineStarts


def downlevel(data: bytes) -> bytes:
    try:
        return python_downlevel.downlevel(LineStarts(data), walk_code(ast.parse(data)))[0]
    except SyntaxError:
        return data


OLDER = {
    "match x:\n    case 1: pass\n": "with  x:\n    if(1 ): pass\n",
    "match (x), y:\n  case a, (b):  # c\n    f(a)\n": "with  (x), y:\n  if(1      ):  # c\n    f(a)\n",
    "match x:\n  case [a, *_] if f(a): pass\n": "with  x:\n  if              f(a): pass\n",
    "match x:\n  case a if (b and\n    c):\n    pass\n": "with  x:\n  if        (b and\n    c):\n    pass\n",
    "match x:\n  case (\n    'a:'  # if b:\n    | C(d=1)\n  ):\n    pass\n": (
        "with  x:\n  if(1  \n                 \n            \n  ):\n    pass\n"
    ),
    "if 1:\n  match match:\n    case case:\n      match case:\n        case _: pass\n": (
        "if 1:\n  with  match:\n    if(1    ):\n      with  case:\n        if(1 ): pass\n"
    ),
    "x = (a) @ (b) @ c\nx @= y\n": "x = (a) * (b) * c\nx *= y\n",
    "x = (a  # @\n  @ b)\n": "x = (a  # @\n  * b)\n",
    "x[*a, b] = x[*c]\n": "x[ a, b] = x[ c]\n",
    "def f(*a: *B):\n  yield *a, b\n": "def f(*a:  B):\n  yield  a, b\n",
    "for x in *a, *b: pass\n": "for x in  a,  b: pass\n",
    "x[y := 1]\nx = {y := 1}\nany(y := z for z in x)\n": "x[     1]\nx = {     1}\nany(     z for z in x)\n",
    "x = '\u00e9', '\u00e8'; x @= y\n": "x = '\u00e9', '\u00e8'; x *= y\n",
    "raise (A) from b(c)\n": "raise (A) or   b(c)\n",
    "match x,:\n  case 1: pass\n": "with  x :\n  if(1 ): pass\n",
    "match *x, y:\n  case 1: pass\n": "with   x, y:\n  if(1 ): pass\n",
    "with (a, b) as c, (d, e)[0]: pass\n": "with [a, b] as c, [d, e][0]: pass\n",
    "with (a, b), (c): pass\n": "with [a, b], (c): pass\n",
    "for x in 'a', *b: pass\n": "for x in 'a',  b: pass\n",
    "x: y[z[1], *a]\nx[\n  *a]\n": "x: y[z[1],  a]\nx[\n   a]\n",
    "{y := z for z in x}\n{\n  y := 1}\n": "{     z for z in x}\n{\n       1}\n",
    "f'{a:=5}{b:>=10}{c!r:#x}{{d:=e}}' 'f:='\n": "f'{a:05}{b:>010}{c!r:0x}{{d:=e}}' 'f:='\n",
    "f'{a:{b!r}{c}=}{d!r}{e == f:{g[1:2]}}{(h := 1):#}'\n": "f'{a:{b  }{c}0}{d!r}{e == f:{g[1:2]}}{(h := 1):0}'\n",
}
SINCE_3_12 = {
    "type X = int\n": "_  = X = int\n",
    "if 1:\n  type X[T] = list[T]\n": "if 1:\n  _  = X    = list[T]\n",
    "def f[T](x: T) -> T: pass\n": "def f   (x: T) -> T: pass\n",
    "async def f [ T: (int, str), *U, **P ] (x): pass\n": "async def f                            (x): pass\n",
    "class A[\n  T,\n]: pass\n": "class A\\\n   \\\n : pass\n",
    "class A[T](B): pass\n": "class A   (B): pass\n",
}
AS_IT_WAS = [
    "match = type = case = 1\nmatch(x)\ntype(x)\nmatch[1]\n",
    "@a.b\ndef f(*a, **k):\n  return *a, b\n",
    "if x := y: f(x, z := 1)\n",
    "raise A from None\n",
    "print(*a, *b)\nx = a ** b * c\n",
    "x = '''\nmatch x:\n  case 1: pass\n'''\n",
    "match x:\n  case 1 pass\n",
    "def f(:\nx @= y\n",
    "",
]
BRACKETS = {
    "a: b = 1, 2\n": "a: b = (1, 2)\n",
    "a: b = (1, 2)\n": "a: b = (1, 2)\n",
    "def f():\n  a: b = yield c\n": "def f():\n  a: b = (yield c)\n",
    "f(lambda *, a: a)\n": "f(lambda *_, a: a)\n",
    "f(lambda a, b=(1, *c), /, *, d=2: a)\n": "f(lambda a, b=(1, *c), /, *_, d=2: a)\n",
    "f(lambda *a, b: a)\n": "f(lambda *a, b: a)\n",
}
STANDARD = Path(sysconfig.get_path("stdlib"))


@pytest.mark.smoke
@pytest.mark.parametrize(("text", "wanted"), (OLDER | (SINCE_3_12 if sys.version_info >= (3, 12) else {})).items())
def test_newer_syntax_is_rewritten(text: str, wanted: str) -> None:
    rewritten = downlevel(text.encode())
    assert rewritten.decode() == wanted
    assert len(rewritten) == len(text.encode())
    ast.parse(rewritten)
    assert downlevel(rewritten) == rewritten


@pytest.mark.parametrize(("text", "wanted"), BRACKETS.items())
def test_brackets_are_inserted(text: str, wanted: str) -> None:
    data = text.encode()
    edited = EditedText(data, bracket_edits(walk_code(ast.parse(data)), LineStarts(data))).data
    assert edited.decode() == wanted
    ast.parse(edited)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("match x:\n  case 1: pass\n", "with  x:\n  if(1 ): pass\n"),
        (
            "match x:\n  case C(a=b) | [b]: pass\n",
            "with  [ x] as match_subject:\n  if [b:=match_subject,b:=match_subject]and (1            ): pass\n",
        ),
        ("match *x, y:\n  case a if b: c\n", "with  [  x, y] as match_subject:\n  if [a:=match_subject]and         b: c\n"),
        (
            "match (x):\n  case {'a': 1, **r}: c\n",
            "with  [ (x)] as match_subject:\n  if [r:=match_subject]and (1             ): c\n",
        ),
    ],
)
def test_patterns_bind_their_names(text: str, wanted: str) -> None:
    lines, nodes = LineStarts(text.encode()), walk_code(ast.parse(text))
    older, _ = python_downlevel.downlevel(lines, nodes)
    edited = EditedText(older, capture_edits(nodes, lines)).data
    assert edited.decode() == wanted
    ast.parse(edited)


@pytest.mark.parametrize("text", AS_IT_WAS)
def test_older_syntax_is_unchanged(text: str) -> None:
    assert downlevel(text.encode()) == text.encode()


@pytest.mark.parametrize("text", ["def f[T](x): pass\n", "type X = int\n"])
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python 3.12 knows them")
def test_syntax_unknown_to_this_python_is_unchanged(text: str) -> None:
    assert downlevel(text.encode()) == text.encode()


@pytest.mark.nightly
def test_the_standard_library_keeps_its_lines_and_columns() -> None:
    changed = 0
    for file in sorted([*STANDARD.glob("*.py"), *STANDARD.glob("asyncio/*.py"), *STANDARD.glob("test/test_patma.py")]):
        data = file.read_bytes().replace(b"\r\n", b"\n")
        rewritten = downlevel(data)
        assert [len(line) for line in rewritten.split(b"\n")] == [len(line) for line in data.split(b"\n")]
        if rewritten != data:
            changed += 1
            kinds = {type(node).__name__ for node in ast.walk(ast.parse(rewritten))}
            assert not kinds & {"Match", "MatMult", "TypeAlias"}, file
    assert changed

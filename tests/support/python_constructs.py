"""Pieces of Python syntax, from plain to rare, for tests of what reads Python. Each is a complete piece of a function's body."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

# fmt: off
EXPRESSIONS = (
    "1", "1_000", "0xff_ff", "0b1010", "0o17", "1.5e-3j", ".5", "1.", "...", "None", "True", "__debug__", "a", "a.b", "a.b.c",
    "a[0]", "a[1:2]", "a[1:2, ::3]", "a[:, 1]", "a[...]", "a[()]", "a[1,]", "a[b][c]", "a[-1]", "-a", "+a", "~a", "not a", "a + b",
    "a @ b", "a // b", "a ** -b", "a << b >> c", "a & b | c ^ d", "a % b", "not not a", "a < b < c", "a is not b", "a not in b",
    "a == b != c", "a and b or c", "a if b else c", "a if b else c if d else e", "f()", "f(a)", "f(a,)", "f(a, *b, c=d, **e)",
    "f(*a, *b)", "f(**a, **b)", "f(a)(b)(c)", "f(x for x in y)", "f(a := 1)", "f(a, b := 1)", "f(\n        a,\n    )",
    "f(a  # c\n    )", "f(\n    # c\n    )", "a.b(c).d[e](f)", "f(*[a], **{'b': c})", "f (a)", "()", "(a,)", "(a, b)", "(a, *b)",
    "[*a, *b]", "{*a, *b}", "{**a, **b}", "{'a': 1, **b}", "[]", "{}", "{a}", "{a: b}", "[a, b,]", "[x for x in y]",
    "{x for x in y}", "{x: y for x, y in z}", "(x for x in y)", "[x for x in y if x if z]", "[x for y in z for x in y]",
    "[x async for x in y]", "[await x for x in y]", "[x for x, in y]", "[(x, y) for x, *y in z]", "[x for x in (lambda: y, 1)]",
    "[y := 1, y ** 2]", "[(y := f(x)), y]", "{(y := 1)}", "{y := 1}", "{y := 1, z}", "a[y := 1]", "a[(y := 1)]", "a[b, y := 1]",
    "any(y := x for x in z)", "(y := 1)", "[y := x for x in z]", "{y := x for x in z}", "{(k := x): v for x in z}",
    "[x for x in z if (y := x)]", "[x for x in (y := z)]", "a[*b]", "a[*b, c]", "a[c, *b]", "a[list[b], *c]", "a[*b, *c]",
    "a[b[1], *c]", "a[(b), *c]", "a[\n    *b]", "a[b,\n    *c]", "a['x', *b]", "a[\n    y := 1]", "{\n    y := 1}",
    "f(\n    y := 1)", "any(\n    y := x for x in z)", "(\n    y\n    := 1)", "{y :=\n    1}", "lambda: a", "lambda x: x",
    "lambda x, y=1: x", "lambda *x: x", "lambda **x: x", "lambda *, key: key", "lambda x, *, key: key", "lambda x, /: x",
    "lambda x, /, y: x", "lambda x=1, /, *, y=2, **z: x", "lambda *x, y: x", "lambda *, y=1, **z: x", "lambda x=(1, 2): x",
    "lambda: (yield)", "lambda: (x := 1)", "lambda x: lambda y: x", "lambda: lambda: a", "lambda *, a, b: a",
    "lambda *x, y=1, **z: x", "await a", "await f(a)", "(await a).b", "await a ** 2", "-await a", "await a[0]", "(yield)",
    "(yield a)", "(yield a, b)", "(yield *a, b)", "(a)", "((a))", "(\n    a\n    )", "(a)(b)", "(a).b", "(a)[0]", "( a . b )",
    "a . b", "a\\\n    .b", "f\\\n    (a)", "f (a) (b)", "a [0]", "(a\n    .b()\n    .c())", "(  # c\n    a)", "(a  # c\n    + b)",
    "[\n\n    a\n\n    ]", "a if (b) else (c)", "(a)if(b)else(c)", "1 if a else 2", "1if a else 2", "[0x1for x in y]", "1or a",
    "a or(b)", "not(a)", "a in(b)", "a is(b)", "lambda:(a)", "a\x0c+ b", "f()[a](b).c", "{'a': f(b)}[c]", "'%s' % a", "'a' 'b'",
    "'a' \"b\"", "b'a' b'b'", "('a'\n    'b')", "f(\n    'a'\n    'b')",
)
"""Expressions; names are free, and ``await`` and ``yield`` are in an asynchronous function."""

STRINGS = (
    "'a'", "\"a\"", "'''a'''", "\"\"\"a\"\"\"", "'''a\nb'''", "\"\"\"a\n\"b\" c\"\"\"", "R'\\d'", "u'a'", "U'a'", "b'a'", "B'a'",
    "br'\\d'", "Rb'a'", "'a\\\nb'", "'\\x41\\u0041\\N{BULLET}'", "'\\''", "\"\\\"\"", "'\\\\'", "''", "\"\"", "''''''",
    "'a' r'b' u'c'", "'\t'", "'\x0c'", "'é'",
)
"""Strings."""

FORMATS = (
    "f'a'", "f''", "f'{a}'", "F'{a}'", "f\"{a}\"", "f'''{a}'''", "f\"\"\"{a}\"\"\"", "rf'{a}'", "fR'{a}'", "Fr'\\d{a}'",
    "f'{a!r}'", "f'{a!s:>10}'", "f'{a:>10}'", "f'{a:{b}}'", "f'{a:{b}.{c}}'", "f'{a:{b!r}}'", "f'{a=}'", "f'{a = }'", "f'{a=!r}'",
    "f'{a=:>5}'", "f'{{a}}'", "f'{{{a}}}'", "f'{a:=5}'", "f'{a:>=10}'", "f'{a:==5}'", "f'{a:!=5}'", "f'{a:<=5}'", "f'{a!r:=5}'",
    "f'{a:%Y-%m-%d}'", "f'{a:,}'", "f'{a:#x}'", "f'{a:{b}=}'", "f'{a[0]}'", "f'{a[\"b\"]}'", "f\"{a['b']}\"", "f'{a.b.c()}'",
    "f'{f(a, b)}'", "f'{a, b}'", "f'{a,}'", "f'{a if b else c}'", "f'{(lambda x: 1)}'", "f'{(y := 1)}'", "f'{ {1: 2}[1] }'",
    "f'{[x for x in y]}'", "f'{ {x for x in y} }'", "f'{a != b}'", "f'{a == b}'", "f'{a >= b}'", "f'{a}' f'{b}'", "f'{a}' 'b'",
    "'a' f'{b}'", "f'a' 'b'", "('a'\n    f'{b}'\n    'c')", "f'''{\n    a\n    }'''", "f'''a\n{b}\nc'''", "f'{a:\t}'", "f'\\n{a}'",
    "f'\\N{BULLET}{a}'", "f'{-a}'", "f'{not a}'", "f'{a or b}'", "f'{await_}'", "f'{(await a)}'", "f'{(yield)}'", "f'{*a, b}'",
    "f'{a:{b}{c}}'", "f'{a!a}'", "f'{1:.{a}f}'", "f'{a:a{b}c{d}e}'", "f'{3.4:10}'", "f'{\"a\"}'", "f'{\"a\" \"b\"}'", "f'{a}{b}'",
    "f'%{a}%'", "f'{a}'.b", "f'{a}' % b", "f'{a}'[0]", "f'{\"{\"}'", "f\"{f'{a}'}\"", "f'''{f\"{f'{a}'}\"}'''", "f'{a}' '{b}'",
    "f'{a!r}' \"b\"", "f'#{a}'", "f'{a:#}'", "f'{a} # {b}'", "f\"it's {a}\"", "f'{a:d}{{}}'",
)
"""Formatted strings."""

STATEMENTS = (
    "pass", "pass;", "pass; pass", "a = 1", "a = b = 1", "a, b = c", "(a, b) = c", "[a, b] = c", "a, *b = c", "*a, = b",
    "a, (b, c) = d", "a = 1,", "a = *b,", "a = *b, *c", "a.b = 1", "a[0] = 1", "a[*b] = 1", "a += 1", "a @= b", "a //= b",
    "a **= b", "a >>= b", "a: int", "a: int = 1", "a: tuple[int, ...] = 1, 2, 3", "a: tuple = *b, c", "a: 'int' = 1",
    "a.b: int = 1", "a[0]: int = 1", "(a): int = 1", "a: int = yield", "a: list[b[c], *d]", "a = yield", "a = yield b",
    "a += yield b", "yield", "yield a", "yield a, b", "yield *a, b", "yield (*a, b)", "a = yield *b, c", "a = await b",
    "yield\\\n    a", "a = b if c else d", "a = lambda: b", "a = b, c = d", "a = (\n    1\n    )", "a = \\\n    1",
    "a = [\n    1,\n    ]", "del a", "del a, b", "del (a, b)", "del a[0], b.c", "del [a]", "assert a", "assert a, b",
    "assert (a, b)[0], (c)", "global g1", "global g2, g3", "import a", "import a.b", "import a as b", "import a, b.c as d",
    "from a import b", "from a import (b, c)", "from a import (\n    b,\n    c as d,\n    )", "from . import a",
    "from .. import a", "from .a import b", "from ... import a", "from .... a import b", "raise A", "raise A from b", "raise",
    "raise A(b)", "raise (A)", "return", "return a", "return a, b", "return *a, b", "return (a)", "return(a)", "return[a]",
    "return-a", "print", "print(a)", "print(a, file=b)", "exec(a)", "exec", "print >> a", "nonlocal_ = 1", "match = 1", "case = 1",
    "type = 1", "_ = 1", "match(a)", "match[a]", "match.a", "match, case = 1, 2", "type(a)", "type[a]", "type.a",
    "print(match, case, type)", "match * a", "match (a), b", "case(a)", "type = match = case", "soft = match in case",
    "if a: pass", "if a: pass; pass", "if a:\n    pass", "if a:\n    pass\nelse:\n    pass",
    "if a: pass\nelif b: pass\nelse: pass", "if (a): pass", "if(a): pass", "if a : pass", "if (y := a): pass",
    "if not (y := a): pass", "if a:\n  pass", "if a:\n\tpass", "if a: # c\n    pass", "if a:\n    # c\n    pass\n    # d",
    "if a:\n\n    pass\n", "if a: b = 1; c = 2", "while a: break", "while a:\n    break\nelse:\n    pass", "while (y := a): break",
    "while a: continue", "while True:\n    if a: break", "while 1:\n    if a:\n        break\n    continue", "for a in b: pass",
    "for a, b in c: pass", "for a, in b: pass", "for *a, b in c: pass", "for (a, b) in c: pass", "for [a, b] in c: pass",
    "for a in b, c: pass", "for a in *b, c: pass", "for a in 'x', *b: pass", "for a in b, *c: pass", "for a.b in c: pass",
    "for a[0] in b: pass", "for a in b: break\nelse: pass", "for a in (b): pass", "for(a)in(b): pass", "for a in (\n    b): pass",
    "for a in *b, *c: pass", "for a in f(b), *c: pass", "for a in (*b, c): pass", "async for a in b: pass",
    "async for a in b, *c: pass", "for a in lambda: b, 1: pass", "for a in b if c else d: pass", "for a in [\n    *b\n    ]: pass",
    "for a in b[1], *c[2]: pass", "for a in \\\n    b, \\\n    *c: pass", "for a in b: continue",
    "for _ in b: pass\nelse:\n    pass", "async for a in b: break\nelse: pass", "with a: pass", "with a as b: pass",
    "with a as b, c as d: pass", "with a, b: pass", "with a as (b, c): pass", "with a as [b, c]: pass", "with a as b.c: pass",
    "with a as b[0]: pass", "with (a): pass", "with (a) as b: pass", "with (a, b): pass", "with (a, b) as c: pass",
    "with (a as b): pass", "with (a as b, c as d): pass", "with (\n    a as b,\n    c as d,\n    ): pass",
    "with (a, b as c): pass", "with (a as b,): pass", "with (a,): pass", "with (a).b as c: pass", "with (a)(b) as c: pass",
    "with (a, b)[0] as c: pass", "with f(a) as b, (c): pass", "with (\n    f(a)): pass", "with (yield) as a: pass",
    "with (a if b else c) as d: pass", "with a if b else c as d: pass", "with (a), (b): pass", "async with a: pass",
    "async with a as b: pass", "async with (a as b, c): pass", "with ((a, b) as c): pass", "with (a, b) as c, d: pass",
    "with ((a, b)) as c: pass", "with (lambda: a)() as b: pass", "with (y := a) as b: pass", "with (y := a): pass",
    "async with (a, b): pass", "with (): pass", "try: pass\nexcept: pass", "try: pass\nexcept A: pass",
    "try: pass\nexcept A as b: pass", "try: pass\nexcept (A, B): pass", "try: pass\nexcept (A, B) as c: pass",
    "try: pass\nfinally: pass", "try: pass\nexcept A: pass\nelse: pass\nfinally: pass",
    "try: pass\nexcept A: pass\nexcept B: pass\nexcept: pass", "try: pass\nexcept* A: pass",
    "try: pass\nexcept* (A, B) as c: pass", "try: pass\nexcept *A: pass",
    "try: pass\nexcept *A as b: pass\nelse: pass\nfinally: pass", "try:\n    pass\nexcept*A: pass", "try: pass\nexcept a.b: pass",
    "try: pass\nexcept f(a): pass", "try: pass\nexcept(A): pass", "try:\n    try: pass\n    finally: pass\nexcept A: pass",
    "try: pass\nexcept a if b else c: pass", "try: pass\nexcept a[0]: pass", "try: pass\nexcept* a.b: pass",
)
"""Statements; names are free, in an asynchronous function, ``break`` and ``continue`` in their own loop."""

PATTERNS = (
    "1", "-1", "1.5", "1+2j", "-1-2j", "'a'", "'a' 'b'", "b'a'", "None", "True", "False", "a", "_", "a.b", "a.b.c", "(a)", "(1)",
    "[]", "()", "[a]", "[a, b]", "(a, b)", "(a,)", "a, b", "a,", "[a, *b]", "[*_]", "[a, *_, b]", "*a,", "*a, b", "a, *b",
    "(*a, b)", "{}", "{'a': 1}", "{'a': a, 'b': b}", "{'a': a, **b}", "{**a}", "{a.b: 1}", "{1: _}", "{-1: a}",
    "{None: a, True: b}", "A()", "A(1)", "A(a, b)", "A(a=1)", "A(1, a=b)", "A(1,)", "a.B(c=d)", "A(B(C()))", "1 | 2", "1 | 2 | 3",
    "'a' | 'b'", "[1 | 2, 3]", "(1 | 2)", "1 as a", "(1 | 2) as a", "1 | 2 as a", "[a] as b", "A() as a", "[1 as a, 2 as b]",
    "{'a': 1 as b}", "A(a=1 as b)", "_ if a", "a if a > 1", "[a] if (b)", "a if (b := a)", "A() | B()",
    "(\n        1 | 2\n        )", "[\n        a,\n        b,\n        ]", "{\n        'a': 1,\n        }",
    "A(\n        a=1,\n        )", "a if (\n        b\n        )", "'if:' if a", "(a as b)",
)
"""What follows ``case``."""

SUBJECTS = (
    "a", "a, b", "a,", "*a, b", "(a)", "(a, b)", "[a]", "{}", "a.b", "a[0]", "f(a)", "-a", "not a", "a if b else c", "lambda: a",
    "await a", "(yield)", "'a'", "...", "(y := a)", "*a,", "a + b",
)
"""What follows ``match``."""

DEFINITIONS = (
    "def f(): pass", "def f(a): pass", "def f(a, b=1): pass", "def f(*a): pass", "def f(**a): pass", "def f(*, a): pass",
    "def f(*, a=1, b): pass", "def f(a, /): pass", "def f(a, /, b): pass", "def f(a, /, b, *, c): pass", "def f(a=1, /): pass",
    "def f(a, /, *, b): pass", "def f(a, /, *b, c, **d): pass", "def f(a, b=1, *c, d, e=2, **g): pass", "def f(a,): pass",
    "def f(\n    a,\n    ): pass", "def f(a: int): pass", "def f(a: int = 1): pass", "def f(*a: int): pass", "def f(*a: *b): pass",
    "def f(*a: *tuple[int, ...]): pass", "def f(**a: int): pass", "def f() -> int: pass", "def f() -> 'a': pass",
    "def f(a: b[c, *d]): pass", "def f() -> tuple[a, ...]: pass", "def f() -> (a): pass", "def f(a: lambda: b): pass",
    "def f(a=lambda: b): pass", "def f(a=(yield)): pass", "def f(*a:  *  b): pass", "def f(*\n    a: *b): pass",
    "async def f(): pass", "async def f(a, *, b=1): pass", "async def f():\n    yield",
    "async def f():\n    return [x async for x in y]", "def f():\n    yield", "def f():\n    yield from a",
    "def f():\n    a = yield from b", "def f(): return", "def f():\n    '''a'''",
    "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2", "def f(): ...", "def f(): pass; pass",
    "def f (a): pass", "def f(a) : pass", "def f(a)->b: pass", "class A: pass", "class A(): pass", "class A(B): pass",
    "class A(B, C): pass", "class A(metaclass=B): pass", "class A(B, c=d, **e): pass", "class A(*a): pass",
    "class A(B, *c, d=e): pass", "class A(a[b]): pass", "class A:\n    a: int\n    b: int = 1\n    def f(self): pass",
    "class A:\n    '''a'''", "class A: a = 1; b = 2", "class A(f(a)): pass", "class A (B): pass", "class A:\n    class B: pass",
    "class A:\n    if a: pass", "@a\ndef f(): pass", "@a.b\ndef f(): pass", "@a(b)\ndef f(): pass", "@a.b(c)\n@d\ndef f(): pass",
    "@a[0]\ndef f(): pass", "@(a)\ndef f(): pass", "@a or b\ndef f(): pass", "@lambda x: x\ndef f(): pass",
    "@(y := a)\ndef f(): pass", "@a\nclass A: pass", "@a if b else c\ndef f(): pass", "@a[b].c(d)\ndef f(): pass",
    "@ a\ndef f(): pass", "@a\n# c\ndef f(): pass", "@a\n\ndef f(): pass", "@a\nasync def f(): pass", "@f(a)(b)\ndef f(): pass",
    "@[a][0]\ndef f(): pass", "@{'a': b}['a']\ndef f(): pass", "@a + b\ndef f(): pass", "@'a'.join\ndef f(): pass",
    "@(\n    a\n    )\ndef f(): pass", "@a . b\ndef f(): pass", "@-a\ndef f(): pass", "@a @ b\ndef f(): pass",
)
"""Functions and classes."""

SINCE_3_12 = (
    "type A = int", "type A[T] = list[T]", "type A[T: int] = T", "type A[*T] = a[*T]", "type A[**P] = a",
    "type A = (\n    int\n    )", "type A[\n    T\n    ] = T", "type A = lambda: a", "type type = type",
    "def f[T](a: T) -> T: pass", "def f[T: int](a): pass", "def f[T: (int, str)](a): pass", "def f[*T](*a: *T): pass",
    "def f[**P](a): pass", "def f[A, B: int, *C, **D](a): pass", "def f [T] (a): pass", "async def f[T](a): pass",
    "class A[T]: pass", "class A[T](B): pass", "class A[T](B[T], c=d): pass", "class A[T, *U, **P]: pass",
    "class A[\n    T,\n    ]: pass", "class A[T]:\n    def f[U](self): pass", "def f[\n    T\n    ](a): pass", "a = f'{'a'}'",
    "a = f'{a['b']}'", "a = f'{f'{f'{a}'}'}'", "a = f'{'\\n'.join(a)}'", "a = f'{a\n}'", "a = f'{  # c\n    a}'",
    "a = f'{a!r:{'b'}}'", "a = f\"{a[\"b\"]}\"", "a = f'''{'''a'''}'''", "a = f'{'{'}'", "a = f'{a:{'>'}{b}}'",
    "a = f'{'a' if b else 'c'}'", "a = f'{ {'a': 1}['a'] }'", "a = f'{'#'}'", "a = f'{a:{b:{c}}}'", "a = f'{a}' f'{'b'}'",
    "a = f'{'a'}{'b'}'", "a = rf'{'a\\d'}'", "a = f'{'a'!r}'", "a = f'{lambda_:x}'",
)
"""What Python knows since 3.12."""

SINCE_3_13 = (
    "type A[T = int] = T", "def f[T = int](a): pass", "class A[T = int]: pass", "class A[*T = a]: pass",
    "class A[**P = [int]]: pass", "def f[T: int = bool](a): pass", "class A[*T = *a]: pass", "class A[T=list[int]](B): pass",
)
"""What Python knows since 3.13."""

SINCE_3_14 = (
    "a = t'{b}'", "a = t'b'", "a = rt'{b!r:>{c}}'", "a = t'{b=}'", "a = t'{a}' t'{b}'", "a = t'''{\n    b\n    }'''", "a = T'{b}'",
    "a = tr'\\d{b}'", "a = t'{f'{b}'}'", "a = t'{b:=5}'", "try: pass\nexcept A, B: pass", "try: pass\nexcept* A, B: pass",
    "try: pass\nexcept A, B, C:\n    pass", "try: pass\nexcept a.b, c: pass", "try: pass\nexcept* a.b, c: pass",
)
"""What Python knows since 3.14."""
# fmt: on


def constructs() -> Iterator[str]:
    """All pieces, as statements that end with a line feed."""
    yield from (f"x0 = {text}\n" for text in (*EXPRESSIONS, *STRINGS, *FORMATS))
    yield from (f"{text}\n" for text in (*STATEMENTS, *DEFINITIONS, *SINCE_3_12, *SINCE_3_13, *SINCE_3_14))
    yield from (f"match a:\n    case {text}:\n        pass\n" for text in PATTERNS)
    yield from (f"match {text}:\n    case _: pass\n" for text in SUBJECTS)


def variants(construct: str, statement: str, expression: str) -> Iterator[str]:
    """``construct`` with ``statement`` for a ``pass``, or ``expression`` for a name or digit; as it is, if it has none of them."""
    found = [
        changed
        for word in re.finditer(r"\b(?:pass|[a-zA-Z]|[0-9])\b", construct)
        for new in (statement if word[0] == "pass" else expression,)
        for changed in (construct[: word.start()] + new + construct[word.end() :],)
        if new in _called(changed)
    ]
    yield from found or [construct]


def _called(construct: str) -> set[str]:
    """What is called in ``construct``; nothing if the running Python does not know it."""
    try:
        tree = ast.parse(f"async def f():\n    for _ in ():\n        {indented(construct, 8).lstrip()}")
    except (SyntaxError, ValueError):
        return set()
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def indented(construct: str, width: int) -> str:
    """``construct`` in a block of this width. Lines within its strings move, too, which does not matter."""
    return "".join(" " * width + line if line.strip() else line for line in construct.splitlines(keepends=True))

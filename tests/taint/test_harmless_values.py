"""Which values of Python source are harmless, and which are not understood."""

from __future__ import annotations

import ast
import textwrap

import pytest

from scangate.model import Mitigation
from scangate.taint.harmless_values import HarmlessValues

CONSTANT, CONVERTED, CHECKED, QUOTED = Mitigation.CONSTANT, Mitigation.CONVERTED, Mitigation.CHECKED, Mitigation.QUOTED

HARMLESS = {
    "a literal": ("sink('a')", CONSTANT),
    "a concatenation": ("a = 'x'\nsink('SELECT ' + a + f'{a}')", CONSTANT),
    "branches": ("def f(p):\n    if p:\n        a = 'x'\n    else:\n        a = 'y'\n    sink(a)", CONSTANT),
    "a dead branch": (
        "def f(p):\n    n = 86\n    if 7 * 42 - n > 200:\n        a = 'x'\n    else:\n        a = p\n    sink(a)",
        CONSTANT,
    ),
    "a dead value": ("def f(p):\n    a = p if 2 * 3 > 10 else 'x'\n    sink(a)", CONSTANT),
    "a known case": (
        """
        def f(p):
            s = 'ABC'
            match s[1]:
                case 'A' | 'C':
                    a = p
                case 'B':
                    a = 'x'
                case _:
                    a = p
            sink(a)
        """,
        CONSTANT,
    ),
    "a key of a dictionary": ("def f(p):\n    d = {'a': p, 'b': 'x'}\n    sink(d['b'])", CONSTANT),
    "a stored key": ("def f(p):\n    d = {}\n    d['a'] = p\n    d = {'a': p, 'b': 'x'}\n    sink('x')", CONSTANT),
    "a table": ("T = {'a': 'x', 'b': 'y'}\ndef f(p):\n    sink(T[p])\n", CONSTANT),
    "a table with a default": ("T = {'a': 'x'}\ndef f(p):\n    sink(T.get(p, 'z'))\n", CONSTANT),
    "an item of a list": ("def f(p):\n    a = ['x', p]\n    sink(a[0])", CONSTANT),
    "joined names": ("def f():\n    a = []\n    a.append('x')\n    a.append('y')\n    sink(', '.join(a))", CONSTANT),
    "a loop over constants": ("def f():\n    for a in ('x', 'y'):\n        sink('DROP ' + a)", CONSTANT),
    "a number": ("def f(p):\n    n = int(p)\n    sink(f'ping -c {n}')", CONVERTED),
    "a length": ("def f(p):\n    sink('n = ' + str(len(p)))", CONVERTED),
    "an id": ("import uuid\ndef f(p):\n    sink(str(uuid.UUID(p)))", CONVERTED),
    "a parameter of a route": ("@app.get('/x')\ndef f(n: int):\n    sink(f'x{n}')", CONVERTED),
    "a quoted word": ("from shlex import quote\ndef f(p):\n    sink('dig ' + quote(p))", QUOTED),
    "a member": ("def f(p):\n    a = p\n    if a not in ('x', 'y'):\n        return\n    sink(a)", CHECKED),
    "a repaired member": ("def f(a):\n    if a not in ('x', 'y'):\n        a = 'x'\n    sink('ORDER BY ' + a)", CHECKED),
    "a value that is replaced": ("def f(p):\n    d = {}\n    d['a'] = p\n    a = d['a']\n    a = 'x'\n    sink(a)", CONSTANT),
    "an option": (
        """
        from configparser import ConfigParser
        def f(p):
            c = ConfigParser()
            c.add_section('s')
            c.set('s', 'a', 'x')
            c.set('s', 'b', p)
            sink(c.get('s', 'a'))
        """,
        CONSTANT,
    ),
    "a field of an object": (
        "class A:\n    def __init__(self, p):\n        self.p = p\n        self.a = 'x'\ndef f(p):\n    sink(A(p).a)",
        CONSTANT,
    ),
    "a result of the file": ("def g(a, b):\n    return b\ndef f(p):\n    sink('ls ' + g(p, 'x'))", CONSTANT),
    "a function that checks": (
        "def g(a):\n    if a not in ['x', 'y']:\n        raise ValueError(a)\n    return a\ndef f(p):\n    sink(g(p))",
        CHECKED,
    ),
    "a member of an enum": ("import enum\nclass A(enum.Enum):\n    X = 'x'\ndef f(p):\n    sink('a' + A(p).value)", CHECKED),
    "an enum by name": ("import enum\nclass A(enum.Enum):\n    X = 'x'\ndef f(p):\n    sink('a' + A[p].value)", CHECKED),
    "a key of a table": ("def f(p):\n    d = {'a': 'x'}\n    for k in d:\n        sink('DROP ' + k)", CONSTANT),
    "its own pickle": ("import pickle\nsink(pickle.dumps({'a': 1}))", CONSTANT),
}
UNKNOWN = {
    "a quoted word between quotes": "import shlex\ndef f(p):\n    sink(f\"dig '{shlex.quote(p)}'\")",
    "quotes in a name": 'import shlex\ndef f(p):\n    a = "dig \'" + shlex.quote(p) + "\'"\n    sink(a)',
    "a quote of another module": "from urllib.parse import quote\ndef f(p):\n    sink('dig ' + quote(p))",
    "a parameter": "def f(p):\n    sink(p)",
    "one branch": "def f(p):\n    a = 'x'\n    if p:\n        a = p\n    sink(a)",
    "a live branch": "def f(p):\n    if 7 * 42 > 200:\n        a = p\n    else:\n        a = 'x'\n    sink(a)",
    "an addition": "def f(p):\n    a = 'x'\n    a += p\n    sink(a)",
    "the other key": "def f(p):\n    d = {'a': p, 'b': 'x'}\n    sink(d['a'])",
    "a key that is stored later": "def f(p):\n    d = {'b': 'x'}\n    d['b'] = p\n    sink(d['b'])",
    "an unknown key": "def f(p):\n    d = {'b': 'x'}\n    d[p] = p\n    sink(d['b'])",
    "an update": "def f(p):\n    d = {'b': 'x'}\n    d.update(p)\n    sink(d['b'])",
    "a list that grows": "def f(p):\n    a = []\n    a.append(p)\n    sink(', '.join(a))",
    "an alias": "def f(p):\n    a = ['x']\n    b = a\n    b.append(p)\n    sink(a[0])",
    "a function that may change it": "def f(p):\n    a = {'x': 'y'}\n    fill(a, p)\n    sink(a['x'])",
    "a table that a function changes": "T = {'a': 'x'}\ndef g(p):\n    T['a'] = p\ndef f():\n    sink(T['a'])",
    "a global": "a = 'x'\ndef g(p):\n    global a\n    a = p\ndef f():\n    sink(a)",
    "a nonlocal": "def f(p):\n    a = 'x'\n    def g():\n        nonlocal a\n        a = p\n    g()\n    sink(a)",
    "a loop over unknown values": "def f(p):\n    for a in p:\n        sink(a)",
    "a check in a branch": "def f(p):\n    if debug:\n        if p not in ('x',):\n            return\n    sink(p)",
    "a check that only warns": "def f(p):\n    if p not in ('x',):\n        log(p)\n    sink(p)",
    "a value after the check": "def f(p, q):\n    if p not in ('x',):\n        return\n    p = q\n    sink(p)",
    "a use before the check": "def f(p):\n    sink(p)\n    if p not in ('x',):\n        return\n",
    "a set that is not fixed": "def f(p):\n    if p not in names():\n        return\n    sink(p)",
    "a function called int": "def int(a):\n    return a\ndef f(p):\n    sink(int(p))",
    "a method called len": "def f(p):\n    sink(p.len())",
    "a parameter without a route": "def f(n: int):\n    sink(f'x{n}')",
    "a comprehension": "def f(p):\n    a = 'x'\n    sink(','.join([a for a in p]))",
    "a class": "class A:\n    a = 'x'\n    sink(a)",
    "a with": "def f(p):\n    with open(p) as a:\n        sink(a)",
    "an exception": "def f(p):\n    try:\n        g()\n    except E as a:\n        sink(a)",
    "an import": "from b import a\nsink(a)",
    "a name of a pattern": "def f(p):\n    match p:\n        case [a]:\n            sink(a)",
    "a part of a tuple": "def f(p):\n    a, b = 'x', p\n    sink(b)",
    "a walrus": "def f(p):\n    a = 'x'\n    if (a := p):\n        sink(a)",
    "an attribute": "def f(self):\n    sink(self.a)",
    "a result": "def f():\n    sink(g('x'))",
    "a starred argument": "def f(*a):\n    sink(a)",
    "an option of a file": (
        "from configparser import ConfigParser\ndef f(p):\n    c = ConfigParser()\n    c.read(p)\n    sink(c.get('s', 'a'))"
    ),
    "an option of another name": (
        "from configparser import ConfigParser as C\ndef f(p):\n    c = C()\n    c.set('s', 'b', p)\n    sink(c.get('s', 'b'))"
    ),
    "a field that is set elsewhere": ("class A:\n    a = 'x'\ndef g(p):\n    A.a = p\ndef f(p):\n    sink(A.a)"),
    "an object under two names": (
        "class A:\n    def __init__(self):\n        self.a = 'x'\ndef f(p):\n    o = A()\n    n = o\n    n.a = p\n    sink(o.a)"
    ),
    "a name of the function around it": "a = 'x'\ndef f(p):\n    a = p\n    def g():\n        sink(a)\n    return g",
    "a method of a class of another file": "from b import B\nclass A(B):\n    pass\ndef f():\n    sink(A().get('x'))",
    "a field that a class of another file may set": "from b import B\nclass A(B):\n    a = 'x'\ndef f():\n    sink(A().a)",
    "a decorated function": "from b import b\n@b\ndef g():\n    return 'x'\ndef f():\n    sink(g())",
    "a variable called int": "int = str\ndef f(p):\n    sink(int(p))",
    "a parameter called len": "def f(len, p):\n    sink(len(p))",
    "stored data": "def f(db, p):\n    a = db.execute('x').fetchone()\n    sink('y' + a[0])",
    "a query": "from m import User\ndef f(p):\n    sink('y' + User.objects.get(id=1).name)",
    "a validated name": "def f(p):\n    sink(clean_name(p))",
    "a key that is stored under any name": "def f(p):\n    d = {}\n    d[p] = 'x'\n    for k in d:\n        sink(k)",
    "the environment": "import os\ndef f():\n    sink(os.environ['A'] + os.getenv('B', 'x'))",
    "a list in a list": "def f(p):\n    a = ['x']\n    b = [a]\n    b[0].append(p)\n    sink(a[0] + ''.join(a))",
    "a deep chain": "def f(n, p):\n    return f(n - 1, p) if n else p\ndef g(p):\n    sink(f(3, p))",
    "a setting": "from django.conf import settings\ndef f():\n    sink('a {}'.format(settings.B))",
    "a module's attribute": "import m\ndef f():\n    sink(m.A.format('x'))",
    "a format of a template": "from m import T\ndef f():\n    sink(T.format('x'))",
    "a module that is changed": "T = ['x']\nT.append(input())\ndef f():\n    sink(T[0] + T[-1])",
    "names that refer to each other": "def f(a, b):\n    a = b\n    b = a\n    sink(a)",
}


def assess(source: str) -> Mitigation | None:
    text = textwrap.dedent(source)
    values = HarmlessValues.of_text(text)
    assert values is not None
    call = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and ast.unparse(node.func) == "sink")
    at = call.args[0]
    found = values.find(at.lineno, at.col_offset, at.end_lineno or 0, at.end_col_offset or 0)
    assert found is not None
    return values.mitigation(found, in_shell=True)


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_value_is_recognized(name: str) -> None:
    source, reason = HARMLESS[name]
    assert assess(source) is reason


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_understood_is_not_harmless(name: str) -> None:
    assert assess(UNKNOWN[name]) is None


def test_names_that_multiply_end_early() -> None:
    lines = ["a0 = 'x'", *(f"a{n} = a{n - 1} + a{n - 1} + a{n - 1}" for n in range(1, 35)), "sink(a34)"]
    assert assess("\n".join(lines)) is CONSTANT
    conditions = ["a0 = 2", *(f"a{n} = a{n - 1} * a{n - 1}" for n in range(1, 35)), "b = p if a34 else 'x'", "sink(b)"]
    assert assess("\n".join(conditions)) is None


def test_each_of_many_places_is_found() -> None:
    """A search through the whole file for each place would take minutes here."""
    lines = 20_000
    values = HarmlessValues.of_text("run(1)\n" * lines)
    assert values is not None
    found = [values.find(line, 4, line, 5) for line in range(1, lines + 1)]
    assert [node.lineno for node in found if isinstance(node, ast.Constant)] == list(range(1, lines + 1))
    assert [call.lineno for line in range(1, lines + 1) for call in values.calls(line, 0)] == list(range(1, lines + 1))
    assert values.find(1, 4, 1, 6) is None

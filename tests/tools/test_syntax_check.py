"""Files that are well formed to those who use them are no gaps; those that are not are, and say where."""

from __future__ import annotations

import pytest

from scangate.model import GapKind
from scangate.tools.syntax_check import check_python, check_yaml

BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "a: 1\n---\nb: 2\n...\n---\n- c\n",
        "A: !Ref B\nC: !GetAtt D.E\nF: !Sub\n  - x\n  - {y: 1}\nG: !<tag:example.com,2000:x> 1\n",
        "%YAML 1.1\n---\na: 1\n",
        "a: &x 1\nb: *x\n<<: {c: 1}\n",
        "{a: 1, b: [x, y], 'c': \"d\"}\n",
        "a: |\n  text\n  # no comment\nb: >-\n  folded\n",
        "\ufeffa: 1\n",
        "? complex\n: value\n",
        "a: 'unicode é \u2028'\r\nb: 1\r\n",
        '{"json": ["is", "yaml"]}',
        BOMB,
    ],
)
def test_common_yaml_is_yaml(text: str) -> None:
    assert check_yaml(text.encode()) is None


@pytest.mark.parametrize(
    "data",
    [
        b"a: [1\nb: 2\n",
        b"a: 1\n\tb: 2\n",
        b"a: b: c\n",
        b"'open",
        b"a: \xe9\n",
        b"a: \x00\n",
        b"{{ template }}: }\n",
        b"a: *no\nb: @x",
    ],
)
def test_invalid_yaml_is_reported(data: bytes) -> None:
    fault = check_yaml(data)
    assert fault is not None
    assert fault.kind is GapKind.PARTIAL_PARSE
    assert fault.hint


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf",
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        b"x = 1\r\ny = 2\r",
        b"\x0cx = 1\n",
        b"x = '\\d'\nassert (1, 2)\nx is 1\n",
        b"#!/usr/bin/env python\nmatch x:\n    case 1:\n        pass\n",
    ],
)
def test_common_python_is_python(data: bytes) -> None:
    assert check_python(data) is None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"def f(:\n", GapKind.UNPARSABLE),
        (b"print 1\n", GapKind.UNPARSABLE),
        (b"x = '\xe9'\n", GapKind.ENCODING),
        (b"# coding: no-such\nx = 1\n", GapKind.ENCODING),
        (b"x = 1\n\0", GapKind.UNPARSABLE),
        (b"(" * 5000, GapKind.UNPARSABLE),
        (b"x = " + b"-" * 200_000 + b"1", GapKind.UNPARSABLE),
        (b"if 1:\n\tx\n        y\n", GapKind.UNPARSABLE),
    ],
)
def test_invalid_python_is_reported(data: bytes, kind: GapKind) -> None:
    fault = check_python(data)
    assert fault is not None
    assert fault.kind is kind
    assert fault.hint

"""Python source is decoded as Python decodes it, or refused."""

from __future__ import annotations

import ast
import contextlib
import warnings
from itertools import product

import pytest

from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.tools.python_decoding import decode_python

BODY = "name = '\u00e9\u30bd'\n"
DECLARATIONS = [
    *("# coding: {}", "#coding={}", "# -*- coding: {} -*-", "# vim: set fileencoding={} :", " \t\f# coding: {}", "# coding : {}"),
    *("#!/usr/bin/python\n# coding: {}", "\n# coding: {}", "\n\n# coding: {}", "x = 1\n# coding: {}", "x = 1  # coding: {}"),
    *("# encoding: {}\n# coding: ascii", "\f\n# coding: {}", "'''\n# coding: {}\n'''", "\\\n# coding: {}", "# coding:{}\r# x"),
    *(
        "#!/bin/sh\r\n# coding: {}",
        "#!/bin/sh\r# coding: {}",
        "# decoding\n# coding: {}",
        "# coding: {}coding: ascii",
        "pass # x\n# coding: {}",
    ),
]
NAMES = [
    "utf-8",
    "UTF_8",
    "utf-8-sig",
    "utf8",
    "latin-1",
    "ISO_8859_1-x",
    "ascii",
    "cp1252",
    "koi8-r",
    "shift_jis",
    "no-such",
    "hex",
]


def python_reads(source: bytes | str) -> str | None:
    """The syntax tree that Python makes of ``source``, as text; None if it refuses it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.dump(ast.parse(source))
        except (SyntaxError, ValueError):
            return None


def we_read(data: bytes) -> str | None:
    with contextlib.suppress(ScanError):
        return python_reads(decode_python(data)[0])
    return None


@pytest.mark.parametrize("declaration", DECLARATIONS)
def test_declarations_are_read_as_python_reads_them(declaration: str) -> None:
    for name, mark in product(NAMES, (b"", b"\xef\xbb\xbf")):
        head = f"{declaration.format(name)}\n".encode()
        for encoding in ("utf-8", "latin-1", "cp1252", "shift_jis"):
            data = mark + head + BODY.encode(encoding, "ignore")
            assert we_read(data) == python_reads(data), (declaration, name, encoding, mark)


@pytest.mark.parametrize(
    "data",
    [
        b"# coding: utf-7\n# +AAo-eval(input())\n",
        b"# coding: raw_unicode_escape\n# \\u000aeval(input())\n",
        b"# coding: unicode_escape\n# \\neval(input())\n",
        b"# coding: utf-16\nx = 1\n",
        b"# coding: rot13\nx = 1\n",
        b"# coding: undefined\nx = 1\n",
        b"# coding: cp037\nx = 1\n",
        b"\xef\xbb\xbf# coding: latin-1\nx = 1\n",
        b"x = '\xe9'\n",
    ],
)
def test_what_hides_lines_is_refused(data: bytes) -> None:
    with pytest.raises(ScanError) as error:
        decode_python(data)
    assert error.value.kind is GapKind.ENCODING


@pytest.mark.parametrize(
    "encoding", ["latin-1", "cp1251", "koi8-r", "shift_jis", "euc-jp", "gb18030", "big5", "raw_unicode_escape", "utf-7"]
)
def test_other_encodings_are_decoded(encoding: str) -> None:
    text = f"# coding: {encoding}\nx = 1\n"
    assert decode_python(text.encode("ascii")) == (text, "iso-8859-1" if encoding == "latin-1" else encoding)


def test_letters_are_decoded() -> None:
    text = "# coding: shift_jis\nx = '\u30bd\u80fd\u8868'; eval(x)\n"
    assert decode_python(text.encode("shift_jis"))[0] == text

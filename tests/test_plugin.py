"""Scanner authors get defaults for everything optional, and strict readers for tool output."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from scangate.errors import ScanError
from scangate.model import FileAccounting, GapKind
from scangate.plugin import ScannerTraits, depends_on_file_only, parse_json, read_traits, require_fields


def traits(**attributes: object) -> ScannerTraits:
    scanner: Any = SimpleNamespace(NAME="x", **attributes)
    return read_traits(scanner)


def test_a_scanner_without_optional_attributes_has_the_defaults() -> None:
    assert traits() == ScannerTraits()
    assert traits().cache_key(None, {}, dt.date.max) is None


def test_optional_attributes_are_read() -> None:
    found = traits(ACCOUNTING=FileAccounting.WHOLE_RUN, SPLITTABLE=True, IO_BOUND=True, cache_key=depends_on_file_only)
    assert (found.accounting, found.splittable, found.io_bound) == (FileAccounting.WHOLE_RUN, True, True)
    assert found.cache_key(None, {}, dt.date.max) == ""


@pytest.mark.parametrize("output", [b"", b"nonsense", b"[" * 100_000, b'{"runs": [1], "runs": []}', b'"\xff"'])
def test_output_that_is_not_json_is_garbage(output: bytes) -> None:
    with pytest.raises(ScanError) as error:
        parse_json(output, "tool")
    assert error.value.kind is GapKind.GARBAGE


@pytest.mark.parametrize("value", [None, [], {"a": 1}])
def test_a_missing_field_is_garbage(value: object) -> None:
    with pytest.raises(ScanError) as error:
        require_fields(value, "a", "b")
    assert error.value.kind is GapKind.GARBAGE

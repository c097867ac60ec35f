"""What a file assigns of others is found by its text: rather too much than too little."""

from __future__ import annotations

import pytest

from scangate.taint.stores import list_stores

STORES = [
    "settings.DEBUG = True",
    "self.DEBUG: bool = True",
    "a.b.DEBUG |= 1",
    "settings.DEBUG, x = True, 1",
    "(x, settings.DEBUG) = 1, True",
    "x = 1; settings.DEBUG = True",
    "DEBUG[0] = True",
    "settings.DEBUG['x'] <<= 1",
    "load(x).DEBUG = True",
    "DEBUG.update(x=True)",
    "settings.DEBUG.append(1)",
    "DEBUG[0].clear()",
    "setattr(settings, 'DEBUG', True)",
    'globals()["DEBUG"] = True',
    "    global x, DEBUG",
    "for settings.DEBUG in values:",
    "with open(x) as settings.DEBUG:",
    "del settings.DEBUG",
]


@pytest.mark.parametrize("line", STORES)
def test_a_store_is_found(line: str) -> None:
    assert "DEBUG" in list_stores(f"import settings\n{line}\nprint(1)\n")


@pytest.mark.parametrize(
    "line", ["settings.DEBUG == 1", "if settings.DEBUG != 1:", "x = settings.DEBUG", "f(settings.DEBUG, x=1)", "DEBUG = True"]
)
def test_a_use_and_a_local_variable_are_not(line: str) -> None:
    assert "DEBUG" not in list_stores(line)


def test_each_store_counts() -> None:
    assert list_stores("a.x = 1\na.x = 2\n").count("x") == 2

"""The files that imports may mean are named, wherever packages begin; modules of the standard library are not."""

from __future__ import annotations

import pytest

from scangate.tools.python_imports import name_imported_files


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("import shop.store", "shop/store.py"),
        ("import os, shop.store as s", "shop/store.py"),
        ("from shop import store", "shop/store.py"),
        ("from shop import store", "shop/__init__.py"),
        ("from shop import (a,  # b\n    store as s,\n)", "shop/store.py"),
        ("    from shop.store import find", "shop/store.py"),
        ("from shop.store import find", "web/app/shop/store.py"),
        ("from shop.store import find", "src/shop/store.py"),
        ("from . import store", "web/app/store.py"),
        ("from .store import find", "web/app/store.py"),
        ("from ..store import find", "web/store.py"),
        ("from .. import store", "web/__init__.py"),
    ],
)
def test_file_that_an_import_may_mean(text: str, wanted: str) -> None:
    assert wanted in name_imported_files("web/app/views.py", text.encode())


@pytest.mark.parametrize("text", ["import os.path", "from json import loads", "x = 1  # import shop", "from .... import x", "\xff"])
def test_nothing_is_named(text: str) -> None:
    assert name_imported_files("web/app.py", text.encode("latin-1")) == ()

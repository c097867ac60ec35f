"""The place that each test's build runs in."""

from __future__ import annotations

from pathlib import Path

import pytest

from .image import Image, fresh
from .site import Site


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    root = tmp_path_factory.mktemp("image")
    return Image(fresh(root / "environment"), root / "cache")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)

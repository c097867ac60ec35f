"""Fixtures for builds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.buildspec.build_image import BuildImage, create_environment
from tests.support.buildspec.workspace import Workspace


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> BuildImage:
    root = tmp_path_factory.mktemp("image")
    return BuildImage(create_environment(root / "environment"), root / "cache")


@pytest.fixture
def site(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)

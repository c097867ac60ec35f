"""What every test that speaks to AWS starts with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .account import Account, running


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An empty account, which the environment leads every AWS SDK to."""
    with running() as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found

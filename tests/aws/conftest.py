"""What every test that speaks to AWS starts with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.aws.account import FakeAccount, serve_account


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAccount]:
    """An empty account, which the environment leads every AWS SDK to."""
    with serve_account() as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found

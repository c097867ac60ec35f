"""The AWS account that tests of several folders share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.aws.account import FakeAccount, serve_account


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAccount]:
    """An empty account that the environment directs every AWS SDK to."""
    with serve_account() as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found

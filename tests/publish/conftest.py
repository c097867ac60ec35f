"""What every publisher's tests start with."""

from __future__ import annotations

from tests.aws.conftest import account

__all__ = ["account"]

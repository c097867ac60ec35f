"""Replaces ``requests`` with a stub, so that no detect-secrets plugin can send a secret to its provider; halves the start-up time.

It affects the whole process: only `detect_secrets_worker`, a separate program, may import this, before detect-secrets.
"""

from __future__ import annotations

import sys
import types

__all__: list[str] = []


class _RequestsStub(types.ModuleType):
    """Has the names that detect-secrets uses on import; any other use is an AttributeError."""

    Response = type("Response", (), {})


sys.modules["requests"] = _RequestsStub("requests")

"""Stands in the place of ``requests`` where it is imported before detect-secrets, whose plugins could ask providers whether a
secret is alive. What reads secrets is given nothing to send them with; and its start takes half as long.

It holds for the whole process: only `detect_secrets_worker`, which is a program of its own, may import this.
"""

from __future__ import annotations

import sys
import types

__all__: list[str] = []


class _RequestsStub(types.ModuleType):
    """Has what detect-secrets names while it is imported; any other use is an AttributeError."""

    Response = type("Response", (), {})


sys.modules["requests"] = _RequestsStub("requests")

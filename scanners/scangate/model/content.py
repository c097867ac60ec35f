"""The analyses that content can call for."""

from __future__ import annotations

import enum


class Analysis(enum.StrEnum):
    """A kind of analysis that a scanner does, and that a content type can call for."""

    CODE = "code"
    CONFIGURATION = "configuration"
    SECRETS = "secrets"
    DEPENDENCIES = "dependencies"

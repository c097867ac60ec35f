"""What holds for every test: none of them asserts a time, so Hypothesis may not, either."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("without-deadline", deadline=None)
settings.load_profile("without-deadline")

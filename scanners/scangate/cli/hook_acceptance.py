"""How the findings of a commit may be accepted under the policy, and how to commit without the hook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from scangate.app.hook_request import MARKER
from scangate.judge.policy import InlineExpiry, InlineSuppressions, NewSuppressions, Policy
from scangate.report.view import Acceptance
from scangate.scan.ignore_comments import format_ignore_comment

MAX_DAYS = 90
HOOK_ID = "scangate"
"""Of the hook in .pre-commit-hooks.yaml, as pre-commit's variable SKIP calls it."""


def find_acceptance(policy: Policy, environ: Mapping[str, str], today: dt.date) -> Acceptance:
    """``environ``: pre-commit's variable says that it runs the hook, which SKIP then leaves out; git's option leaves out all."""
    days = min(MAX_DAYS, policy.exception_max_days)
    is_required = policy.inline_expiry is InlineExpiry.REQUIRED
    return Acceptance(
        comments=policy.inline_suppressions is not InlineSuppressions.DENY,
        added_comments=policy.new_suppressions is not NewSuppressions.DENY,
        until=(today + dt.timedelta(days=days)).isoformat() if is_required else "",
        skip_command=f"SKIP={HOOK_ID} git commit" if environ.get(MARKER) else "git commit --no-verify",
        format_comment=format_ignore_comment,
    )

"""What a verdict is made from, but for the policy: the repository's, and those of its folders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping, Sequence

import msgspec

from scangate.judge.codeowners import CodeOwners
from scangate.judge.evaluation import evaluate
from scangate.judge.policy import Policy
from scangate.model import ContentCoverage, Gap, KnownSource, ScanResult, Targets, Verdict


class Evidence(msgspec.Struct, frozen=True):
    """The inputs of `judge.evaluation.evaluate`.

    For `judge.scan_scope`: ``rules`` are digests of the bundled rules by scanner; ``unsigned_results``: whether results are from an
    unsigned cache or unsigned shard files.
    """

    results: tuple[ScanResult, ...]
    targets: Targets
    today: dt.date
    rules: Mapping[str, str]
    owners: CodeOwners | None = None
    known_sources: Sequence[KnownSource] = ()
    untouched: Container[str] = ()
    coverage: Sequence[ContentCoverage] = ()
    unsigned_results: bool | None = None

    def evaluate(self, policy: Policy, forced_gaps: Iterable[Gap] = ()) -> Verdict:
        """The verdict under ``policy``."""
        return evaluate(
            self.results,
            self.targets,
            policy,
            self.today,
            forced_gaps=tuple(forced_gaps),
            owners=self.owners,
            known_sources=self.known_sources,
            coverage=self.coverage,
            untouched=self.untouched,
        )

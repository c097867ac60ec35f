"""The requests of the use cases: one frozen struct each, with a default for every field that can have one."""

from __future__ import annotations

from pathlib import Path

import msgspec

from scangate.app.report_files import ReportTarget
from scangate.errors import UsageError
from scangate.judge.baseline import BASELINE_FILE, HISTORY_BASELINE_FILE

MAX_SHARDS = 1000


class _PolicyRequest(msgspec.Struct, frozen=True, kw_only=True):
    policy: str | None = None
    environment: str | None = None
    floor: str | None = None
    trust_policy: bool = False
    reports: tuple[ReportTarget, ...] = ()
    output_dir: Path | None = None


class ScanRequest(_PolicyRequest, frozen=True, kw_only=True):
    """A scan of the directory or file ``root``: a whole repository, or a part of one.

    ``policy``: a bundled policy or a file; None for the scangate.yaml at the repository's root, else the bundled policy
    ``baseline``.
    ``environment``: the policy's environment block. ``floor``: a bundled policy or a file that bounds the policy.
    ``trust_policy``: whether a policy inside the tree may start programs.
    ``reports``: the report files to write, in addition to all of ``output_dir``.
    ``since``: report only findings introduced since this revision; ``auto`` for the target branch of a pull request.
    ``baseline``: its file; None for the default one at the root. ``ignore_baseline``: read none.
    ``only``, ``skip``: scanners by name. ``staged``: scan git's index, the files given or, if none, all that differ from HEAD.
    ``until``: a full commit id; scan the files that it changes since ``since``, from git's objects.
    ``jobs``: parallel processes; None for what the machine allows. ``cache_dir``: None for the user's cache directory.
    ``time_limit``: seconds for the whole run; what was not analyzed by then is a gap. ``needs_approval``: mark the report for
    approval by a reviewer. ``history``: scan, for secrets, every version of every file that the commits of this range of revisions
    brought, ``--all`` for those of all refs; None for a scan of the files.
    """

    root: Path = Path()
    since: str | None = None
    baseline: Path | None = None
    ignore_baseline: bool = False
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    staged: tuple[str, ...] | None = None
    until: str = ""
    jobs: int | None = None
    ignore_cache: bool = False
    cache_dir: Path | None = None
    time_limit: int | None = None
    needs_approval: bool = False
    history: str | None = None

    @property
    def default_baseline(self) -> str:
        """The name of the baseline at the repository's root."""
        return BASELINE_FILE if self.history is None else HISTORY_BASELINE_FILE

    def __post_init__(self) -> None:
        if self.ignore_baseline and self.baseline is not None:
            raise UsageError("--baseline and --no-baseline cannot be used together", "omit one of them")


class ShardRequest(ScanRequest, frozen=True, kw_only=True):
    """A scan of one shard: ``shard`` is (number, count), counted from 1. Its file goes to ``output_dir``."""

    shard: tuple[int, int]

    def __post_init__(self) -> None:
        ScanRequest.__post_init__(self)
        if self.staged is not None:
            raise UsageError("--staged and --shard cannot be used together", "omit --shard")
        if self.reports:
            hint = "scangate scan --shard I/N --output-dir DIR, then scangate merge --report FORMAT=FILE"
            raise UsageError("a shard has no verdict to report", hint)


class MergeRequest(ScanRequest, frozen=True, kw_only=True):
    """The evaluation of ``shard_files`` as one scan; ``only`` and ``skip`` are taken from them."""

    shard_files: tuple[Path, ...]


class ReevaluationRequest(_PolicyRequest, frozen=True, kw_only=True):
    """The evaluation of a verdict.json under another policy.

    ``image``: an ECR image whose findings are evaluated as well; ``image_region``: empty for its host's, ARN's or AWS_REGION;
    ``image_wait``: seconds to wait for ECR's scan. ``sbom_scan``: a result of Inspector's, whose findings are evaluated as well.
    """

    verdict: Path
    image: str | None = None
    image_region: str = ""
    image_wait: int = 300
    sbom_scan: Path | None = None


class RenderingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The reports of an earlier scan, made again from its ``verdict`` (a verdict.json)."""

    verdict: Path
    reports: tuple[ReportTarget, ...] = ()
    output_dir: Path | None = None

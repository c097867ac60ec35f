"""``scangate merge``: join the parts that the shards of a scan have written, and judge them as one scan."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from scangate.app import report_files
from scangate.app.interruption import catch_signals
from scangate.app.policy_inputs import load_policy_inputs as law_of
from scangate.app.scan import ScanRequest, Session, open_session, run_scan
from scangate.app.scanner_registry import load_scanners
from scangate.app.shard import build_header, part_signing_key, refuse_inside_tree
from scangate.cli import report_output
from scangate.cli.shard_option import MAX_SHARDS
from scangate.errors import UsageError
from scangate.judge.baseline import BASELINE_FILE
from scangate.scan.cpu_limits import available_parallelism
from scangate.scan.discovery import Listing
from scangate.scan.plan import ScanPlan
from scangate.scan.replay_scanner import RERUN_HINT, replay_plan
from scangate.scan.shard_file import MAX_CHARACTERS, ShardFile, parse_shard_file
from scangate.scan.shards import take_inventory

__all__ = ["command"]

HINT = "name the files that the shards wrote: scangate merge DIR/part-*.json"


@click.command(short_help="Join the parts of a sharded scan and judge them.")
@click.argument("parts", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PART...")
@click.option(
    "--root", metavar="DIR", type=click.Path(path_type=Path), default=Path(), help="What was scanned  [default: this directory]"
)
@click.option(
    "--policy", "policy_name", metavar="NAME|FILE", help="A bundled policy or a file  [default: scangate.yaml, else baseline]"
)
@click.option(
    "--env", "environment", metavar="NAME", envvar="SCANGATE_ENV", show_envvar=True, help="The policy's environment block"
)
@click.option("--since", metavar="REV", help="What the change is compared with, as the shards were told")
@click.option(
    "--report", "reports", multiple=True, metavar="FORMAT=FILE", help="Write a report; - is standard output  [repeatable]"
)
@click.option(
    "--output-dir", metavar="DIR", type=click.Path(path_type=Path), help="Write every report that has a file name of its own"
)
@click.option(
    "--baseline",
    "baseline_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=f"What is known already, as the shards were told  [default: {BASELINE_FILE}]",
)
@click.option(
    "--no-baseline", is_flag=True, help=f"Let nothing be known, as the shards were told: {BASELINE_FILE} at the root is not read"
)
@click.option("--trust-policy", is_flag=True, help="Let a policy inside the scanned tree start programs: for --since")
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict alone")
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    parts: tuple[Path, ...],
    root: Path,
    policy_name: str | None,
    environment: str | None,
    since: str | None,
    reports: tuple[str, ...],
    output_dir: Path | None,
    baseline_file: Path | None,
    no_baseline: bool,
    trust_policy: bool,
    quiet: bool,
) -> int:
    """Join the PARTs that `scangate scan --shard` wrote, and judge them as one scan.

    They must be all parts of one scan, of the files in --root as they are now, under the same policy. The exit code is the verdict.
    Scanners are started for nothing but what a change is compared with.
    """
    if no_baseline and baseline_file is not None:
        raise UsageError("--baseline and --no-baseline exclude each other", "leave one of them out")
    root = root.resolve()
    if not root.is_dir():
        raise UsageError(f"not a directory: {root}", "name what was scanned: --root DIR")
    outputs = report_files.parse_targets(reports, output_dir)
    with catch_signals() as interruption, open_session(root) as place:
        report_files.prepare(outputs, output_dir, place.worktree, place.is_tracked)
        law = law_of(
            policy_name,
            environment,
            place,
            since=since,
            baseline=baseline_file,
            ignore_baseline=no_baseline,
            trust_policy=trust_policy,
        )
        signed = part_signing_key(law.policy)
        found = _check_parts([_read_part(file, place, signed) for file in parts], parts)
        stated = found[0].header
        wish = ScanRequest(
            policy=law.policy,
            scanners=load_scanners(),
            only=stated.only,
            skip=stated.skip,
            jobs=available_parallelism(),
            base=law.base,
            own_files=tuple(each.absolute() for each in (*(each.file for each in outputs), law.baseline_file) if each is not None),
            owners=law.owners,
            forced_gaps=law.forced_gaps,
            notes=law.notes,
            known_findings=law.known_findings,
            compared_sources=law.compared_sources,
            salt=law.salt,
        )
        report = run_scan(
            wish, place, interruption, lambda *_: None, partial(_replay_parts, parts=found, request=wish, session=place)
        )
        report, printed = report_output.write_reports(report, outputs)
    return report_output.print_report(report, printed, quiet=quiet)


def _read_part(file: Path, session: Session, key: bytes) -> ShardFile:
    """One part, read strictly; ``signed`` is the key, empty for none."""
    refuse_inside_tree(file, session)
    try:
        if file.stat().st_size > 4 * MAX_CHARACTERS:
            raise UsageError(f"{file} is too large to be a part", HINT)
        return parse_shard_file(file.read_text("utf-8"), str(file), key)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", HINT) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8", HINT) from error


def _check_parts(parts: Sequence[ShardFile], files: Sequence[Path]) -> list[ShardFile]:
    """The parts in order. UsageError unless they are all parts of one scan, each once."""
    first = parts[0]
    named: dict[int, Path] = {}
    for part, file in zip(parts, files, strict=True):
        for field, what in HEADER_MISMATCHES.items():
            if getattr(part.header, field) != getattr(first.header, field):
                raise UsageError(f"{file} is not of the same scan as {files[0]}: {what}", RERUN_HINT)
        if part.number in named:
            raise UsageError(f"{file} and {named[part.number]} are both of shard {part.shard}", "name each part once")
        named[part.number] = file
    missing = [str(number) for number in range(1, min(first.header.shards, MAX_SHARDS) + 1) if number not in named]
    if missing:
        which = f"shard {missing[0]}" if len(missing) == 1 else f"shards {', '.join(missing)}"
        raise UsageError(
            f"{which} of {first.header.shards} missing: what was not scanned cannot be judged",
            f"scangate scan --shard {missing[0]}/{first.header.shards} --output-dir DIR",
        )
    return sorted(parts, key=lambda part: part.number)


HEADER_MISMATCHES = {
    "shards": "it was cut into another number of shards",
    "commit": "it is of another commit",
    "scangate": "another version of scangate wrote it",
    "python": "it was made with another version of Python",
    "policy": "it was made under another policy",
    "environment": "it was made for another environment of the policy",
    "only": "it was made with another --scanner",
    "skip": "it was made with another --skip",
    "rules": "it was made with other rules",
    "files": "it counts other files",
    "inventory": "the files that it is about are not the same",
}
"""The fields of a header, and what it means where two differ."""

TREE_MISMATCHES = {
    "scangate": "another version of scangate wrote the parts",
    "commit": "the parts are of another commit than {root}",
    "policy": "the parts were made under another policy than this one",
    "environment": "the parts were made for another environment of the policy",
    "rules": "the parts were made with other rules than this scangate's",
    "inventory": "the files in {root} are not those that the parts are about",
}


def _replay_parts(plan: ScanPlan, listing: Listing, parts: Sequence[ShardFile], request: ScanRequest, session: Session) -> ScanPlan:
    """The plan with the parts' answers. UsageError where they are not about what lies here, or not made as it would be here."""
    inventory = take_inventory(listing, plan)
    ours = build_header(request, session, len(parts), inventory)
    for field, what in TREE_MISMATCHES.items():
        if getattr(ours, field) != getattr(parts[0].header, field):
            hint = "name the policy and the environment of the shards: --policy, --env" if field in POLICY_FIELDS else RERUN_HINT
            raise UsageError(what.format(root=session.root), hint)
    return replay_plan(plan, listing, inventory, parts)


POLICY_FIELDS = ("policy", "environment")

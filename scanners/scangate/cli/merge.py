"""``scangate merge``: join the parts that the shards of a scan have written, and judge them as one scan."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from scangate.cli import ending, output
from scangate.cli.interruption import watched
from scangate.cli.law import read as law_of
from scangate.cli.registry import known
from scangate.cli.run import Site, Wish, run, site
from scangate.cli.shard import header, key, refuse_inside
from scangate.cli.shard_type import MOST_SHARDS
from scangate.errors import UsageError
from scangate.judge.baseline import FILE
from scangate.scan.parts import MOST_CHARACTERS, Part, read
from scangate.scan.plan import Plan
from scangate.scan.processors import processors
from scangate.scan.recorded import AGAIN, replayed
from scangate.scan.shards import take_inventory
from scangate.scan.targets import Listing

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
    help=f"What is known already, as the shards were told  [default: {FILE}]",
)
@click.option("--no-baseline", is_flag=True, help=f"Let nothing be known, as the shards were told: {FILE} at the root is not read")
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
    outputs = output.parse(reports, output_dir)
    with watched() as interruption, site(root) as place:
        output.prepare(outputs, output_dir, place.top, place.tracks)
        law = law_of(
            policy_name, environment, place, since=since, baseline=baseline_file, nothing_known=no_baseline, trusted=trust_policy
        )
        signed = key(law.policy)
        found = _together([_part(file, place, signed) for file in parts], parts)
        stated = found[0].header
        wish = Wish(
            policy=law.policy,
            scanners=known(),
            only=stated.only,
            skip=stated.skip,
            jobs=processors(),
            past=law.past,
            ours=tuple(each.absolute() for each in (*(each.file for each in outputs), law.baseline) if each is not None),
            owners=law.owners,
            beyond=law.beyond,
            notes=law.notes,
            known=law.known,
            compared=law.compared,
            salt=law.salt,
        )
        report = run(wish, place, interruption, lambda *_: None, partial(_replay, parts=found, wish=wish, place=place))
        report, printed = ending.write(report, outputs)
    return ending.show(report, printed, quiet=quiet)


def _part(file: Path, place: Site, signed: bytes) -> Part:
    """One part, read strictly; ``signed`` is the key, empty for none."""
    refuse_inside(file, place)
    try:
        if file.stat().st_size > 4 * MOST_CHARACTERS:
            raise UsageError(f"{file} is too large to be a part", HINT)
        return read(file.read_text("utf-8"), str(file), signed)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", HINT) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8", HINT) from error


def _together(parts: Sequence[Part], files: Sequence[Path]) -> list[Part]:
    """The parts in order. UsageError unless they are all parts of one scan, each once."""
    first = parts[0]
    named: dict[int, Path] = {}
    for part, file in zip(parts, files, strict=True):
        for field, what in WORDS.items():
            if getattr(part.header, field) != getattr(first.header, field):
                raise UsageError(f"{file} is not of the same scan as {files[0]}: {what}", AGAIN)
        if part.number in named:
            raise UsageError(f"{file} and {named[part.number]} are both of shard {part.shard}", "name each part once")
        named[part.number] = file
    missing = [str(number) for number in range(1, min(first.header.shards, MOST_SHARDS) + 1) if number not in named]
    if missing:
        which = f"shard {missing[0]}" if len(missing) == 1 else f"shards {', '.join(missing)}"
        raise UsageError(
            f"{which} of {first.header.shards} missing: what was not scanned cannot be judged",
            f"scangate scan --shard {missing[0]}/{first.header.shards} --output-dir DIR",
        )
    return sorted(parts, key=lambda part: part.number)


WORDS = {
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

OWN = {
    "scangate": "another version of scangate wrote the parts",
    "commit": "the parts are of another commit than {root}",
    "policy": "the parts were made under another policy than this one",
    "environment": "the parts were made for another environment of the policy",
    "rules": "the parts were made with other rules than this scangate's",
    "inventory": "the files in {root} are not those that the parts are about",
}


def _replay(plan: Plan, listing: Listing, parts: Sequence[Part], wish: Wish, place: Site) -> Plan:
    """The plan with the parts' answers. UsageError where they are not about what lies here, or not made as it would be here."""
    inventory = take_inventory(listing, plan)
    ours = header(wish, place, len(parts), inventory)
    for field, what in OWN.items():
        if getattr(ours, field) != getattr(parts[0].header, field):
            hint = "name the policy and the environment of the shards: --policy, --env" if field in POLICY else AGAIN
            raise UsageError(what.format(root=place.root), hint)
    return replayed(plan, listing, inventory, parts)


POLICY = ("policy", "environment")

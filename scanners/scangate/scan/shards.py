"""Divides a scan into shards: every machine with the same files computes the same division, without talking to others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fractions import Fraction

import msgspec

from scangate.errors import ScanError
from scangate.scan.listing import Listing
from scangate.scan.plan import ScannerTask, ScanPlan, assign_files

FILE_WEIGHT_BYTES = 512  # the cost of opening a file, in bytes; empty files are divided as well


class Shard(msgspec.Struct, frozen=True, order=True):
    """One of ``count`` shards of a scan; ``number`` counts from 1."""

    number: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            raise ValueError(f"not a shard: {self}")

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


class Inventory(msgspec.Struct, frozen=True):
    """The bytes of each file to scan, by path, and a SHA-256 (hex) of all paths and of the content of these files."""

    sizes: Mapping[str, int]
    digest: str


def take_inventory(listing: Listing, plan: ScanPlan) -> Inventory:
    """Reads every file that a task of ``plan`` scans. The reason counts as the content of an unreadable one."""
    wanted = {target.path for task in plan.tasks for target in assign_files(task, listing, plan.exclusions).targets}
    targets = [target for target in listing.targets if target.path in wanted]
    read = listing.reader(targets, plan.max_file_bytes)
    sizes: dict[str, int] = {}
    whole = hashlib.sha256()
    for target in listing.targets:
        content = b"-"
        if target.path in wanted:
            try:
                data = read(target)
                content = hashlib.sha256(data).digest()
                sizes[target.path] = len(data)
            except ScanError as error:
                content = f"{error.kind.value}: {error.reason}".encode()
                sizes[target.path] = 0
        for piece in (target.path.encode("utf-8", "surrogatepass"), content):
            whole.update(len(piece).to_bytes(8, "big") + piece)
    return Inventory(sizes, whole.hexdigest())


def assign_shards(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """The number of the shard (from 1) of each path.

    The paths are laid out on a line in the order of their hashes, each as long as its file; the line is cut into ``count`` equal
    pieces, and a path belongs to the piece that contains its middle. So no shard exceeds its share by more than one file, and a
    change to a few files moves few others.
    """
    order = sorted(sizes, key=lambda path: hashlib.sha256(path.encode("utf-8", "surrogatepass")).digest())
    total = sum(sizes.values()) + FILE_WEIGHT_BYTES * len(order)
    shards: dict[str, int] = {}
    before = 0
    for path in order:
        weight = sizes[path] + FILE_WEIGHT_BYTES
        shards[path] = int(Fraction((2 * before + weight) * count, 2 * total)) + 1
        before += weight
    return shards


def assign_unsplittable(plan: ScanPlan, count: int) -> dict[str, int]:
    """The single shard of each unsplittable scanner: dealt out in the plan's order, starting with the last shard."""
    names = [task.scanner.NAME for task in plan.tasks if not task.skip_reason and not task.traits.splittable]
    return {name: count - index % count for index, name in enumerate(names)}


def plan_for_shard(plan: ScanPlan, shard: Shard, inventory: Inventory) -> ScanPlan:
    """``plan`` as far as it is for ``shard``: its files for splittable scanners, all files for those assigned to it."""
    shards = assign_shards(inventory.sizes, shard.count)
    own = frozenset(path for path, number in shards.items() if number == shard.number)
    single_shard = assign_unsplittable(plan, shard.count)

    def is_assigned(task: ScannerTask) -> bool:
        return not task.skip_reason and single_shard.get(task.scanner.NAME, shard.number) == shard.number

    tasks = (
        msgspec.structs.replace(task, paths=own if task.traits.splittable else None) for task in plan.tasks if is_assigned(task)
    )
    return msgspec.structs.replace(plan, tasks=tuple(tasks))

"""The benchmark cases. Each runs the programs that it compares in turn and yields lines of the table."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gap_exclusions import find_gaps, render_exclusions
from measure import VERDICTS, Cost, clean_environment, run
from ratios import Line, ratios
from standalone_tools import PROGRAMS, StandaloneTools, find_missing, load_findings
from trees import MORE, SDISTS, Tree, git, plant, tree

__all__ = ["CASES", "Benchmark"]

RENDER = Path(__file__).with_name("render.py")
POLICY = "version: 1\nextends: baseline\nscanners: {pip-audit: {advisories: local}}\n"  # no network in the measurement
FIVE = 5  # projects in which a scan for secrets must take at most a tenth


@dataclass
class Benchmark:
    """The folder for trees and caches, the number of repetitions, and a tree that replaces every named one."""

    folder: Path
    repeat: int = 3
    own: Path | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.env = clean_environment(self.folder / "home")
        self.policy = self.folder / "policy.yaml"
        self.policy.write_text(POLICY)

    @cached_property
    def caches(self) -> bool:
        """Whether this scangate has a cache."""
        shown = subprocess.run([PROGRAMS / "scangate", "scan", "--help"], capture_output=True, text=True, check=True).stdout
        return "--cache-dir" in shown

    def tree(self, size: str) -> Tree:
        """A tree as it was released."""
        if self.own is not None:
            copy = self.folder / "trees" / "own"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(self.own, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
            return tree(copy)
        return plant(SDISTS[size], self.folder)

    def called(self, size: str) -> str:
        """The name of the tree in the table."""
        return size if self.own is None else self.own.name

    def empty(self, name: str) -> Path:
        """An empty folder for a cache or for reports."""
        folder = self.folder / "work" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def scan(self, root: Path, cache: Path, *arguments: str | Path) -> Cost:
        """One scan of ``root``."""
        options = ("--cache-dir", cache) if self.caches else ()
        argv = [PROGRAMS / "scangate", "scan", *arguments, "--policy", self.policy, "--quiet", *options]
        return run(argv, cwd=root, env=self.env, codes=VERDICTS)

    def cold(self, root: Path, out: Path | None = None) -> Cost:
        """A scan with an empty cache, which is left at ``work/cache``."""
        reports = ("--output-dir", out) if out is not None else ()
        return self.scan(root, self.empty("cache"), *reports)


def cold(bench: Benchmark) -> Iterator[Line]:
    """The four tools by hand, one after another, against one scan with an empty cache, on 90k lines."""
    planted = bench.tree("90k")
    by_hand = StandaloneTools(planted.root, bench.empty("hand"), bench.env)
    pairs = []
    for _ in range(bench.repeat):
        ours = bench.cold(planted.root, bench.empty("out"))
        pairs.append((ours, by_hand.whole()))
    ours_found, hand_found = load_findings(bench.folder / "work" / "out" / "verdict.json"), by_hand.found()
    lost = find_missing(hand_found, ours_found)
    size = bench.called("90k")
    yield Line.of(f"cold, {size}: wall, of the four by hand", ratios([a.wall for a, _ in pairs], [b.wall for _, b in pairs]), 0.32)
    yield Line.of(f"cold, {size}: CPU, of the four by hand", ratios([a.cpu for a, _ in pairs], [b.cpu for _, b in pairs]), 0.40)
    yield Line.of(
        f"cold, {size}: memory, of the largest by hand", ratios([a.memory for a, _ in pairs], [b.memory for _, b in pairs]), None
    )
    examples = "; ".join(" ".join(key) for key in sorted(lost)[:3])
    note = f"{len(ours_found):,} reported, {hand_found.total():,} by hand; {examples}".rstrip("; ")
    yield Line(f"cold, {size}: findings by hand that scangate lacks", lost.total(), 0, note=note)


def warm(bench: Benchmark) -> Iterator[Line]:
    """An unchanged tree of 250k lines, with all reports and with the console only; with and without files that have gaps."""
    root, released = bench.tree("250k").root, bench.policy
    size = bench.called("250k")
    found = _gaps(bench, root)
    yield from _warm(bench, root, f"{size}, {len(found)} files with gaps asked again")
    bench.policy = bench.folder / "without-gaps.yaml"
    without: set[tuple[str, str]] = set()
    while found:  # an excluded file may have covered another, as a lock covers its manifest
        without |= found
        bench.policy.write_text(released.read_text() + render_exclusions(without))
        found = _gaps(bench, root) - without
    yield from _warm(bench, root, f"{size}, no gaps")
    bench.policy = released


def _gaps(bench: Benchmark, root: Path) -> set[tuple[str, str]]:
    bench.scan(root, bench.folder / "work" / "cache", "--output-dir", out := bench.empty("out"))
    return find_gaps(out / "verdict.json")


def _warm(bench: Benchmark, root: Path, size: str) -> Iterator[Line]:
    bare = [sys.executable, "-I", "-c", "pass"]
    colds, warms, consoles, floors = [], [], [], []
    for _ in range(bench.repeat):
        colds.append(bench.cold(root, bench.empty("out")).wall)
        cache = bench.folder / "work" / "cache"
        warms.append(bench.scan(root, cache, "--output-dir", bench.empty("out")).wall)
        consoles.append(bench.scan(root, cache).wall)
        status = run(["git", "status", "--porcelain"], cwd=root, env=bench.env).wall
        floors.append(4 * status + run(bare, cwd=root, env=bench.env).wall + 0.15)
    yield Line.of(f"warm, {size}: wall, of cold", ratios(warms, colds), 0.02)
    yield Line.of(f"warm, {size}, console: wall, of 4 git status + Python's start + 0.15 s", ratios(consoles, floors), 1)


def changed(bench: Benchmark) -> Iterator[Line]:
    """One file of 300 lines changed in 250k."""
    planted = bench.tree("250k")
    file = planted.file_of(300)
    colds, again = [], []
    for number in range(bench.repeat):
        colds.append(bench.cold(planted.root).wall)
        file.write_bytes(file.read_bytes() + f"\n# change {number}\n".encode())
        again.append(bench.scan(planted.root, bench.folder / "work" / "cache").wall)
    yield Line.of(f"one file of 300 lines changed in {bench.called('250k')}: wall, of cold", ratios(again, colds), 0.05)


def hook(bench: Benchmark) -> Iterator[Line]:
    """One staged file, nothing cached and everything cached, against the three tools that read such a file."""
    planted = bench.tree("250k")
    file = planted.file_of(300)
    file.write_bytes(file.read_bytes() + b"\n# changed\n")
    git(planted.root, "add", "--", str(file))
    by_hand = StandaloneTools(planted.root, bench.empty("hand"), bench.env)
    name = file.relative_to(planted.root)
    firsts, seconds, hands = [], [], []
    for _ in range(bench.repeat):
        cache = bench.empty("cache")
        firsts.append(bench.scan(planted.root, cache, "--staged", name).wall)
        seconds.append(bench.scan(planted.root, cache, "--staged", name).wall)
        hands.append(by_hand.one(file).wall)
    yield Line.of("staged hook, one file, nothing cached: wall, of the tools on it", ratios(firsts, hands), 0.20)
    yield Line.of("staged hook, one file, warm: wall, of the tools on it", ratios(seconds, hands), 0.06)


def growth(bench: Benchmark) -> Iterator[Line]:
    """Processor time a line, cold, from 12k to 250k lines."""
    small, large = bench.tree("12k"), bench.tree("250k")
    pairs = [(bench.cold(large.root).cpu / large.lines, bench.cold(small.root).cpu / small.lines) for _ in range(bench.repeat)]
    yield Line.of("CPU a line, 250k of 12k, cold", ratios([a for a, _ in pairs], [b for _, b in pairs]), 1.2)


def findings(bench: Benchmark) -> Iterator[Line]:
    """100,000 findings as SARIF, JUnit and JSON; ten times 10,000, and no more."""
    out = bench.empty("out")
    few: list[Cost] = []
    many: list[Cost] = []
    for _ in range(bench.repeat):
        for number, costs in ((10_000, few), (100_000, many)):
            costs.append(run([sys.executable, RENDER, str(number), out], cwd=out, env=bench.env))
    yield Line("100,000 findings as SARIF, JUnit and JSON: wall", max(each.wall for each in many), 12, " s")
    yield Line("100,000 findings as SARIF, JUnit and JSON: memory", max(each.memory for each in many) / 1e9, 1, " GB")
    tenfold = ratios([each.cpu for each in many], [10 * each.cpu for each in few])
    yield Line.of("100,000 findings: CPU, of ten times that of 10,000", tenfold, 1.2)


def start(bench: Benchmark) -> Iterator[Line]:
    """``scangate --version`` against Python's own start."""
    folder = bench.empty("out")
    ours, bare = [], []
    for _ in range(max(bench.repeat, 5)):
        ours.append(run([PROGRAMS / "scangate", "--version"], cwd=folder, env=bench.env).cpu)
        bare.append(run([sys.executable, "-I", "-c", "pass"], cwd=folder, env=bench.env).cpu)
    over = sorted(one - other for one, other in zip(ours, bare, strict=True))
    yield Line("scangate --version: CPU over Python's start", over[len(over) // 2], 0.1, " s", f"{over[0]:.3f} to {over[-1]:.3f}")


def secrets(bench: Benchmark) -> Iterator[Line]:
    """detect-secrets' own command over five projects, against a scan with that scanner alone: processor time."""
    more = MORE if bench.own is None else ()
    roots = [bench.tree(size).root for size in ("12k", "90k", "250k")] + [plant(sdist, bench.folder).root for sdist in more]
    seen = []
    for root in dict.fromkeys(roots):
        ours, theirs = [], []
        for _ in range(bench.repeat):
            ours.append(bench.scan(root, bench.empty("cache"), "--scanner", "detect-secrets").cpu)
            theirs.append(run([PROGRAMS / "detect-secrets", "scan", "--all-files", "."], cwd=root, env=bench.env).cpu)
        line = Line.of(f"secrets, {root.name}: CPU, of detect-secrets scan", ratios(ours, theirs), None)
        seen.append(line.seen)
        yield line
    if len(seen) >= FIVE:
        yield Line(f"secrets: the fifth lowest of these {len(seen)}", sorted(seen)[FIVE - 1], 0.1)


CASES: dict[str, Callable[[Benchmark], Iterator[Line]]] = {
    "start": start,
    "findings": findings,
    "hook": hook,
    "secrets": secrets,
    "cold": cold,
    "warm": warm,
    "changed": changed,
    "growth": growth,
}
"""Every case by its name, quick ones first."""

NEED_CACHE = {"warm", "changed"}
"""Cases that require a cache."""

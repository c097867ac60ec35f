"""Measures scangate against the tools by hand, on this machine and in one run, and prints the table of ratios and bars.

python benchmarks/run.py                      # all, three times each: an hour or so
python benchmarks/run.py start findings hook  # some
python benchmarks/run.py cold --repeat 1 --tree PATH
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from pathlib import Path

from cases import CASES, NEED_CACHE, Benchmark
from ratios import Line, table

FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scangate-benchmarks"


def main(arguments: list[str]) -> int:
    """Run the selected cases. 0 if every limit was kept, 1 if one was not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"which to run: {', '.join(CASES)}  [default: all]")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="runs of each side, in turn  [default: 3]")
    parser.add_argument("--folder", type=Path, default=FOLDER, metavar="DIR", help="for trees and caches  [default: %(default)s]")
    parser.add_argument("--tree", type=Path, metavar="DIR", help="replace the named trees with a copy of this one")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.cases if name not in CASES]
    if unknown or asked.repeat < 1:
        parser.error(f"no such case: {unknown[0]}" if unknown else "--repeat is at least 1")
    print(machine(), flush=True)
    bench = Benchmark(asked.folder.resolve(), asked.repeat, asked.tree and asked.tree.resolve())
    lines: list[Line] = []
    for name in asked.cases or CASES:
        if name in NEED_CACHE and not bench.caches:
            print(f"{name}: skipped, this scangate has no cache", flush=True)
            continue
        started = time.perf_counter()
        lines += CASES[name](bench)
        print(f"{name}: measured in {time.perf_counter() - started:.0f} s", flush=True)
    print(f"load at the end: {os.getloadavg()[0]:.1f}\n")
    print(table(lines), end="")
    return 0 if all(line.held for line in lines) else 1


def count_cpus() -> int:
    """The CPUs this process may use; all of them if the system does not say."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> str:
    """The machine, and a warning if it is busy."""
    cores, load = count_cpus(), os.getloadavg()[0]
    said = f"{cores} cores by affinity, Python {platform.python_version()}, {platform.machine()}; load at the start: {load:.1f}"
    return f"{said}\nWARNING: the machine is busy, the figures below are not reliable" if load > 0.25 * cores else said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Scans with a random fault each: ``make chaos``.

A scan may fail, but it may not pass, give a secret away or leave anything behind, and the scan after it must report what a scan
reports to which nothing ever happened. Run N is decided by the seed and N alone. Results are kept in ``.work/chaos``: an
interrupted run is resumed. Delete the folder to start from scratch.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from tests.endurance.chaos_faults import BEFORE, DURING, SIGNALS, TOOLS, WEIGHTS
from tests.endurance.chaos_site import Conditions, Site, judge, judge_next
from tests.endurance.journal import WORK, Journal, product_digest, table

WARM_SHARE = 0.3  # of the scans find the results of an earlier one in the cache
TAIL = 1500  # bytes of what was printed that are kept of a scan that failed


class Chaos:
    """A site, and what a scan of it reports without a fault."""

    def __init__(self, folder: Path) -> None:
        self.site = Site(folder)
        self.site.reset()
        started = time.monotonic()
        self.code = self.site.scan()
        self.seconds = time.monotonic() - started
        self.reports, verdict = self.site.reports(), self.site.verdict()
        if self.code != 1 or verdict is None:
            raise SystemExit(f"the scan without a fault ended with {self.code}:\n{self.site.printed.decode()}")
        self.verdict: Mapping[str, Any] = verdict
        shutil.copytree(self.site.cache, folder / "warm")

    def run(self, fault: str, draw: Random) -> dict[str, object]:
        """A scan with ``fault``, and the one after it."""
        site = self.site
        site.reset()
        shutil.rmtree(site.cache, ignore_errors=True)
        if is_warm := draw.random() < WARM_SHARE:
            shutil.copytree(site.root / "warm", site.cache)
        conditions = BEFORE[fault](site, draw) if fault in BEFORE else Conditions(codes=frozenset(_codes(fault)))
        scan = site.start(conditions)
        detail = conditions.detail
        if fault in DURING:
            time.sleep(draw.uniform(0.1, self.seconds * (0.4 if is_warm else 1)))
            detail = "too late" if scan.poll() is not None else DURING[fault](site, scan, draw)
        code = site.finish(scan)
        problems = judge(site, code, conditions, self.verdict)
        printed = site.printed[-TAIL:].decode("utf-8", "replace") if problems else ""
        self._lift()
        after = judge_next(site, site.scan(), (self.code, self.reports))
        printed += site.printed[-TAIL:].decode("utf-8", "replace") if after else ""
        return {"warm": is_warm, "detail": detail, "code": code, "problems": problems + after, "printed": printed}

    def _lift(self) -> None:
        """End the fault. Cache and temporary files stay as the scan left them, the tree is restored."""
        site = self.site
        if site.temp.is_mount():
            subprocess.run(["umount", "-l", str(site.temp)], check=True)
        if (site.cache / "answers.sqlite").is_dir():
            (site.cache / "answers.sqlite").rmdir()
        if site.cache.exists():
            site.cache.chmod(0o700)
        for tool in TOOLS:
            site.tools.restore(tool)
        site.restore_tree()


def _codes(fault: str) -> Iterable[int]:
    """A signal that arrives before Python can handle it ends the process by itself."""
    return {*SIGNALS.values(), *(-number for number in SIGNALS)} if fault == "signal" else ()


def draw_fault(draw: Random) -> str:
    """The name of a fault."""
    names = [*BEFORE, *DURING]
    return draw.choices(names, [WEIGHTS.get(name, 1) for name in names])[0]


def report(records: Iterable[Mapping[str, Any]], runs: int, product: str) -> int:
    """Print a row per fault, and every problem; 1 if there is one, or if fewer scans were made."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in (*BEFORE, *DURING)}
    current, problems = 0, list[str]()
    for record in records:
        current += record["product"] == product
        counts[record["fault"]].update({"scans": 1, "failed": int(bool(record["problems"])), f"code {record['code']}": 1})
        problems += [f"run {record['run']}, {record['fault']}, {record['detail']}: {each}" for each in record["problems"]]
    rows = [(name, count["scans"], count["failed"], _codes_of(count)) for name, count in counts.items()]
    total = sum(count["scans"] for count in counts.values())
    failed = sum(count["failed"] for count in counts.values())
    print(table(("fault", "scans", "failed", "exit codes"), [*rows, ("all", total, failed, "")]))
    print(*problems, f"{total} of {runs} scans, {current} of them with this version of the product", sep="\n")
    return int(bool(problems) or total < runs)


def _codes_of(count: Counter[str]) -> str:
    return ", ".join(
        f"{name.removeprefix('code ')}: {number}" for name, number in sorted(count.items()) if name.startswith("code ")
    )


def _run(chaos: Chaos, todo: Iterable[int], journal: Journal, product: str, options: argparse.Namespace) -> None:
    limit = time.monotonic() + options.seconds
    for run in todo:
        draw = Random(f"{options.seed}:{run}")
        fault = draw_fault(draw)
        if time.monotonic() > limit:
            break
        if options.fault in (None, fault):
            record = chaos.run(fault, draw)
            journal.add(run=run, fault=fault, product=product, **record)
            print(f"run {run}, {fault}, {record['detail']}: {record['problems'] or 'as it should be'}", flush=True)


def main(arguments: Sequence[str]) -> int:
    """Make the scans that have no result yet, then report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", nargs="?", type=int, default=300, help="how many scans in all (default: 300)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="start no scan after so many seconds")
    parser.add_argument("--fault", choices=[*BEFORE, *DURING], help="this one only")
    parser.add_argument("--report", action="store_true", help="print the table; scan nothing")
    options = parser.parse_args(arguments)
    journal, product = Journal(WORK / "chaos" / f"seed-{options.seed}.jsonl"), product_digest()
    done = {record["run"] for record in journal}
    todo = [] if options.report else [run for run in range(1, options.runs + 1) if run not in done]
    if todo:
        with tempfile.TemporaryDirectory(prefix="chaos-") as folder:  # not in this repository, of which it would be a part
            _run(Chaos(Path(folder)), todo, journal, product, options)
    return report(journal, options.runs, product)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

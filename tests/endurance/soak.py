"""Scans this repository at many of its last commits in sequence with one cache: ``make soak``.

The reports of each commit have to equal those of a scan without a cache, and the cache must not outgrow its limit. What is done is
kept in ``.work/soak``, the cache as well: delete the folder to start again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from scangate.scan.cache_store import DEFAULT_SIZE_LIMIT
from tests.endurance.journal import ROOT, WORK, Journal, product_digest, table
from tests.support.normalized_reports import normalized_reports

SCANGATE = Path(sys.executable).with_name("scangate")
LAST = 300  # commits of which some are taken


def pick(commits: Sequence[str], count: int) -> list[str]:
    """``count`` commits in even distances, the first and the last among them."""
    if count >= len(commits):
        return list(commits)
    return [commits[round(at * (len(commits) - 1) / max(count - 1, 1))] for at in range(count)]


def last_commits() -> list[str]:
    """The last commits of this repository, oldest first."""
    done = subprocess.run(
        ["git", "rev-list", f"--max-count={LAST}", "--first-parent", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.split()[::-1]


def scan(tree: Path, out: Path, *options: str) -> tuple[int, float]:
    """Exit code and seconds of a scan of ``tree``."""
    started = time.monotonic()
    command = [str(SCANGATE), "scan", str(tree), "--policy", "baseline", "--no-baseline", "--output-dir", str(out), *options]
    done = subprocess.run(command, cwd=tree, capture_output=True, check=False)
    return done.returncode, time.monotonic() - started


def compare(commit: str, tree: Path, folder: Path, cache: Path) -> dict[str, object]:
    """Scan a commit with the cache and without one."""
    subprocess.run(["git", "checkout", "--quiet", "--force", "--detach", commit], cwd=tree, check=True)
    code, seconds = scan(tree, folder / "cached", "--cache-dir", str(cache))
    expected, plain_seconds = scan(tree, folder / "plain", "--no-cache")
    reports, plain = normalized_reports(folder / "cached"), normalized_reports(folder / "plain")
    different = sorted(name for name in reports.keys() | plain.keys() if reports.get(name) != plain.get(name))
    size = sum(file.stat().st_size for file in cache.iterdir())
    return {
        "code": code,
        "expected": expected,
        "different": different,
        "cache": size,
        "seconds": round(seconds, 1),
        "plain": round(plain_seconds, 1),
    }


def report(records: Iterable[dict[str, object]], count: int) -> int:
    """Print a row per commit; 1 if one differs, the cache is too large, or fewer commits were scanned."""
    rows, failed = [], False
    for record in records:
        different = record["different"] if isinstance(record["different"], list) else []
        size = int(str(record["cache"]))
        failed |= bool(different) or record["code"] != record["expected"] or size > 2 * DEFAULT_SIZE_LIMIT
        row = (str(record["commit"])[:10], record["code"], record["expected"], record["seconds"], record["plain"], size // 1024)
        rows.append((*row, ", ".join(different) or "-"))
    print(table(("commit", "code", "without", "seconds", "without cache", "cache kB", "different"), rows))
    return int(failed or len(rows) < count)


def main(arguments: Sequence[str]) -> int:
    """Scan the commits that have no result yet, then report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("commits", nargs="?", type=int, default=60, help="how many of the last commits (default: 60)")
    parser.add_argument("--report", action="store_true", help="print the table; scan nothing")
    options = parser.parse_args(arguments)
    journal = Journal(WORK / "soak" / "commits.jsonl")
    if not options.report:
        done = {record["commit"] for record in journal}
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            tree, cache = Path(folder) / "tree", WORK / "soak" / "cache"
            cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", ROOT, tree], check=True)
            for commit in pick(last_commits(), options.commits):
                if commit not in done:
                    record = compare(commit, tree, Path(folder), cache)
                    journal.add(commit=commit, product=product_digest(), **record)
                    print(commit[:10], record, flush=True)
    return report(journal, options.commits)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

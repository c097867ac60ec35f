"""Audits a generated lock of 2,000 packages, 150 with records, and prints time and memory next to pip-audit's own start.

    python benchmarks/audit_lock.py EXPORT.zip

EXPORT.zip is OSV's export of all PyPI advisories. pip-audit alone over one package that has no record shows what its start costs;
the rest is the audit's. Each is run several times, in turn, and the median is shown.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scangate.advisories.store import Store

PACKAGES, WITH_RECORDS, RUNS = 2000, 150, 3
PROGRAMS = Path(sys.executable).parent
POLICY = """\
version: 1
extends: baseline
scanners:
  bandit: {enabled: false}
  semgrep: {enabled: false}
  detect-secrets: {enabled: false}
  pip-audit: {advisories: local, max-age-days: null}
"""


def main(export: str) -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        environment = {**os.environ, "SCANGATE_STORE": str(folder / "advisories.sqlite")}
        timed([str(PROGRAMS / "scangate"), "advisories", "import", export], environment, "import of the export")
        with Store.open(folder / "advisories.sqlite") as store:
            known = sorted(store.package_names())
        tree = folder / "tree"
        tree.mkdir()
        (tree / "requirements.txt").write_text("".join(f"{each}==1.0\n" for each in packages(known)))
        (folder / "policy.yaml").write_text(POLICY)
        (folder / "one.txt").write_text("a-package-without-records==1.0\n")
        scan = [
            str(PROGRAMS / "scangate"),
            "scan",
            str(tree),
            "--policy",
            str(folder / "policy.yaml"),
            "--report",
            f"json={folder / 'v.json'}",
            "-q",
        ]
        bare = [str(PROGRAMS / "pip-audit"), "--dry-run", "--no-deps", "--disable-pip", "--requirement", str(folder / "one.txt")]
        pairs = [(timed(scan, environment), timed(bare, environment)) for _ in range(RUNS)]
        found = json.loads((folder / "v.json").read_text())
    for number, name in enumerate(("elapsed", "processor")):
        whole, start = (statistics.median(pair[side][number] for pair in pairs) for side in (0, 1))
        print(f"{PACKAGES} packages, {WITH_RECORDS} with records, {name}: {whole:.2f} s, of which pip-audit's start {start:.2f} s")
    print(f"{len(found['findings'])} findings, {found['counts']['gaps']} gaps")
    print(f"largest memory of a child: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB")


def packages(known: list[str]) -> list[str]:
    """The names in the lock: as many with records as wanted, spread over the alphabet, the rest invented."""
    step = max(len(known) // WITH_RECORDS, 1)
    real = known[::step][:WITH_RECORDS]
    return sorted([*real, *(f"invented-package-{number}" for number in range(PACKAGES - len(real)))])


def timed(argv: list[str], environment: dict[str, str], label: str = "") -> tuple[float, float]:
    """The seconds that a program takes, by the clock and of the processor with all that it starts; printed where it has a label."""
    started, used = time.perf_counter(), processor()
    subprocess.run(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    seconds = time.perf_counter() - started
    if label:
        print(f"{label}: {seconds:.2f} s")
    return seconds, processor() - used


def processor() -> float:
    """The processor seconds of all programs that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

"""Coverage-guided fuzzing of every reader of hostile text, with atheris: ``make fuzz``.

A failure is an exception that the reader does not document, an input that takes more than five seconds, or too much memory. Inputs
that reach new code, and those that failed, are kept in ``.work/fuzz``, as are the counts: a run goes on where the last one was. A
failure counts as open until its input no longer fails. Move it to ``tests/endurance/corpus/READER`` when it is fixed.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.endurance.hostile_readers import READERS, corpus_files
from tests.endurance.journal import ROOT, WORK, Journal, product_digest, table

FOLDER = WORK / "fuzz"
HANG_SECONDS = 5
MEMORY_MB = 2048
INPUT_BYTES = 4096
_EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


def fuzz(name: str, options: Sequence[str], seconds: int) -> tuple[int, str]:
    """Run the fuzzer; how many inputs it tried, and what it printed."""
    folder = _prepare(name)
    command = [sys.executable, "-m", "tests.endurance.fuzz_worker", name, str(folder / "inputs")]
    command += [f"-artifact_prefix={folder / 'failures'}/", f"-timeout={HANG_SECONDS}", f"-rss_limit_mb={MEMORY_MB}"]
    command += [f"-max_len={INPUT_BYTES}", f"-max_total_time={seconds}", "-print_final_stats=1", "-verbosity=0", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    counts = _EXECUTED.findall(done.stderr)
    return int(counts[-1]) if counts else 0, done.stdout + done.stderr


def _prepare(name: str) -> Path:
    """The folder of a reader, with its samples as the first inputs."""
    folder = FOLDER / name.replace(" ", "-")
    for part in ("inputs", "failures"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for data in (*READERS[name].seeds(), *(file.read_bytes() for file in corpus_files(name))):
        (folder / "inputs" / hashlib.sha1(data[:INPUT_BYTES], usedforsecurity=False).hexdigest()).write_bytes(data[:INPUT_BYTES])
    return folder


def open_failures(name: str) -> list[Path]:
    """The kept inputs that still fail; those that no longer do become ordinary inputs."""
    found = []
    for file in sorted((FOLDER / name.replace(" ", "-") / "failures").glob("*")):
        command = [sys.executable, "-m", "tests.endurance.fuzz_worker", name, str(file), f"-timeout={HANG_SECONDS}"]
        if subprocess.run([*command, f"-rss_limit_mb={MEMORY_MB}"], cwd=ROOT, capture_output=True, check=False).returncode:
            found.append(file)
        else:
            file.rename(file.parent.with_name("inputs") / file.name)
    return found


def report(journal: Iterable[dict[str, object]], names: Iterable[str], at_least: int) -> int:
    """Print a row per reader; 1 if a failure is open, or fewer inputs were tried in all."""
    counts, seconds, product = Counter[str](), Counter[str](), product_digest()
    current = 0
    for record in journal:
        counts[str(record["reader"])] += int(str(record["inputs"]))
        seconds[str(record["reader"])] += int(float(str(record["seconds"])))
        current += int(str(record["inputs"])) if record["product"] == product else 0
    failures = {name: open_failures(name) for name in names}
    rows = [(name, counts[name], seconds[name], len(failed)) for name, failed in failures.items()]
    total, failed = sum(row[1] for row in rows), sum(row[3] for row in rows)
    print(table(("reader", "inputs", "seconds", "failures"), [*rows, ("all", total, sum(row[2] for row in rows), failed)]))
    print(*(file for files in failures.values() for file in files), f"{current} inputs with this version of the product", sep="\n")
    return int(failed > 0 or total < at_least)


def main(arguments: Sequence[str]) -> int:
    """Fuzz each reader for some time, then report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("readers", nargs="*", metavar="READER", help=f"by default all: {', '.join(READERS)}")
    parser.add_argument("--seconds", type=int, default=60, help="for each reader (default: 60)")
    parser.add_argument("--at-least", type=int, default=0, metavar="INPUTS", help="fail if fewer were tried in all runs together")
    parser.add_argument("--report", action="store_true", help="print the table; try nothing but kept failures")
    options = parser.parse_args(arguments)
    if unknown := set(options.readers) - READERS.keys():
        parser.error(f"no such reader: {', '.join(sorted(unknown))}")
    journal, names = Journal(FOLDER / "runs.jsonl"), options.readers or list(READERS)
    for name in () if options.report else names:
        started, product = time.monotonic(), product_digest()
        inputs, printed = fuzz(name, (), options.seconds)
        journal.add(reader=name, inputs=inputs, seconds=round(time.monotonic() - started, 1), product=product)
        print(f"{name}: {inputs} inputs", flush=True)
        if "== Uncaught Python exception" in printed or "ERROR: libFuzzer" in printed or not inputs:
            print(printed[-3000:], flush=True)
    return report(journal, names, options.at_least)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

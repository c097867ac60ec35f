"""Measures how well secrets are found, beside other programs that search for them.

python benchmarks/secret_benchmark.py corpora                 # recall and precision on generated corpora
python benchmarks/secret_benchmark.py noise                   # what blocks in published packages, by the committed labels
python benchmarks/secret_benchmark.py noise --unlabelled FILE # and a list of what has no label yet

A program that is not installed is left out. See README.md for the tables.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from measure import Cost, clean_environment
from run import FOLDER, machine
from secret_corpus.corpus import FAMILIES, write_corpus
from secret_corpus.markup import Label
from secret_corpus.quiet_variants import write_variants
from secret_noise import LABELS, PACKAGES, Finding, Package, agreement, fetch, read_findings, read_packages, write_findings
from secret_programs import PROGRAMS, Runner, blocking_secrets, find_command, run_scangate
from secret_scoring import markdown, percent, score

from scangate.model import Ruling

SCORES = ("corpus", "program", "secrets", "found", "wrong", "recall", "precision", "CPU", "of scangate's")
LINES = 100_000


def main(arguments: Sequence[str]) -> int:
    """Measures and prints. 0, or 2 for wrong arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("corpora", "noise"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], metavar="N", help="of the corpora  [default: 1 2 3]")
    parser.add_argument("--programs", nargs="+", choices=PROGRAMS, help="which to run  [default: all; for noise, scangate]")
    parser.add_argument("--missed", action="store_true", help="list what scangate misses in the corpora, and what is wrong")
    parser.add_argument("--packages", type=Path, default=PACKAGES, metavar="FILE", help="[default: secret_labels/packages.tsv]")
    parser.add_argument("--labels", type=Path, default=LABELS, metavar="FILE", help="[default: secret_labels/labels.tsv]")
    parser.add_argument("--unlabelled", type=Path, metavar="FILE", help="write what blocks under baseline and has no label")
    parser.add_argument("--folder", type=Path, default=FOLDER, metavar="DIR", help="for packages  [default: %(default)s]")
    asked = parser.parse_args(arguments)
    print(f"{datetime.now(UTC):%Y-%m-%d}; {machine()}", flush=True)
    wanted = asked.programs or (PROGRAMS if asked.what == "corpora" else PROGRAMS[:1])
    programs = [name for name in wanted if find_command(name)]
    for name in sorted(set(wanted) - set(programs)):
        print(f"{name}: skipped, it is not installed")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        work = Path(name)
        runner = Runner(work, clean_environment(work / "home"))
        if asked.what == "corpora":
            print(measure_corpora(runner, asked.seeds, programs, missed=asked.missed))
        else:
            asked.folder.mkdir(parents=True, exist_ok=True)
            print(measure_noise(runner, asked, [name for name in programs if name != "scangate"]))
    return 0


def measure_corpora(runner: Runner, seeds: Sequence[int], programs: Sequence[str], *, missed: bool = False) -> str:
    """A table with a row for each family and program, over all seeds; the last family is of files that hold no secret."""
    rows: list[tuple[object, ...]] = []
    notes: list[str] = []
    for family in (*FAMILIES, "quiet"):
        root = runner.folder / family
        labels = list(_write(root, family, seeds))
        base: Cost | None = None
        for program in programs:
            found, cost = runner.run(program, root)
            base = base or cost
            result = score(labels, found)
            shares = percent(result.recall), percent(result.precision)
            ratio = f"{cost.cpu / base.cpu:.2f}"
            rows.append((family, program, result.secrets, result.found, len(result.wrong), *shares, f"{cost.cpu:.1f} s", ratio))
            print(f"{family}, {program}: measured in {cost.wall:.0f} s", flush=True)
            if missed and program == "scangate":
                kinds = Counter((label.generator, label.kind) for label in result.missed)
                notes += [f"missed in {family}: {count} {'/'.join(kind)}" for kind, count in kinds.most_common()]
                places = [(each.places[0], each.rule) for each in result.wrong]
                notes += [f"wrong in {family}: {place.path}:{place.line} {rule}" for place, rule in places]
    return "\n".join([markdown(SCORES, rows), *notes])


def _write(root: Path, family: str, seeds: Sequence[int]) -> Iterator[Label]:
    """Writes a family for each seed to ``root/SEED/tree``, and yields its labels with the paths below ``root``."""
    for seed in seeds:
        folder = root / str(seed)
        if family == "quiet":
            write_variants(folder / "tree", seed)
            continue
        for label in write_corpus(folder, seed, [family]):
            yield replace(label, path=f"{seed}/tree/{label.path}")
        (folder / "labels.json").unlink()


def measure_noise(runner: Runner, asked: argparse.Namespace, others: Sequence[str]) -> str:
    """A table with a row for each kind of package, the labels of what blocks under baseline, and how far the readers agree."""
    labels = {each.key: each for each in read_findings(asked.labels)} if asked.labels.exists() else {}
    found: list[Finding] = []
    totals: dict[str, Counter[str]] = {}
    for package in read_packages(asked.packages):
        row = totals.setdefault(package.kind, Counter())
        root = fetch(package, asked.folder)
        cache = runner.folder / "caches" / package.project
        report, cost = run_scangate(runner, root, "strict", cache=cache)
        analyzed = {path for result in report.results for path in result.analyzed_files}
        row.update(packages=1, lines=_count_lines(root, analyzed), strict=len(list(blocking_secrets(report))))
        row["CPU scangate"] += round(1000 * cost.cpu)
        again, _ = run_scangate(runner, root, "baseline", cache=cache)  # `gate` takes no verdict that is about one scanner
        blocking = {_finding(package, ruling, labels) for ruling in blocking_secrets(again)}
        row.update(Counter(f"baseline {each.label or 'unlabelled'}" for each in blocking))
        found += blocking
        for program in others:
            findings, cost = runner.run(program, root)
            row[program] += len({(each.places[0].path, each.places[0].line) for each in findings})
            row[f"CPU {program}"] += round(1000 * cost.cpu)
        print(f"{package.project}: measured", flush=True)
    if asked.unlabelled:
        write_findings(asked.unlabelled, [each for each in found if not each.label])
    return "\n".join([_noise_table(totals, others), *_labelling(found, labels)])


def _finding(package: Package, ruling: Ruling, labels: Mapping[tuple[str, str, int, str], Finding]) -> Finding:
    one = ruling.finding
    secret_class = one.assessment.secret_class.value if one.assessment else ""
    made = Finding(package.project, one.location.path, one.location.line, secret_class, one.rule.partition(":")[2])
    label = labels.get(made.key)
    return replace(made, first=label.first, second=label.second) if label else made


def _count_lines(root: Path, paths: Iterable[str]) -> int:
    return sum((root / path).read_bytes().count(b"\n") for path in paths)


def _noise_table(totals: dict[str, Counter[str]], others: Sequence[str]) -> str:
    """Findings per 100,000 lines; of the other programs, the distinct lines of all their findings."""
    head = ["packages of", "number", "lines", "strict", "baseline", "right", "debatable", "wrong", "unlabelled", *others]
    everything = sum(totals.values(), Counter())
    rows = []
    for kind, row in [*sorted(totals.items()), ("all", everything)]:
        outcomes = [row[f"baseline {label}"] for label in ("right", "debatable", "wrong", "unlabelled")]
        rates = [f"{LINES * count / max(row['lines'], 1):.1f}" for count in (row["strict"], sum(outcomes))]
        rest = [f"{LINES * row[program] / max(row['lines'], 1):.1f}" for program in others]
        rows.append([kind, row["packages"], f"{row['lines']:,}", *rates, *outcomes, *rest])
    cpu = [(name, everything[f"CPU {name}"] / 1000) for name in ("scangate", *others)]
    costs = "; ".join(f"{name} {seconds:.0f} s ({seconds / cpu[0][1]:.2f})" for name, seconds in cpu)
    return f"{markdown(head, rows)}\nCPU, and of scangate's: {costs}\n"


def _labelling(found: Sequence[Finding], labels: Mapping[tuple[str, str, int, str], Finding]) -> Iterator[str]:
    made = Counter(each.label for each in found)
    clear = made["right"] + made["wrong"]
    if clear:
        yield f"right, of what is right or wrong: {percent(made['right'] / clear)}; debatable: {made['debatable']} of {len(found)}"
    pairs = agreement(found)
    same = sum(count for (first, second), count in pairs.items() if first == second)
    if pairs:
        yield f"the two readings are the same for {same} of {pairs.total()}"
    for (first, second), count in sorted(pairs.items()):
        if first != second:
            yield f"  first {first}, second {second}: {count}"
    gone = len(labels.keys() - {each.key for each in found})
    if gone:
        yield f"{gone} labels are of findings that no longer block"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

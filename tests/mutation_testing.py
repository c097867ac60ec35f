"""Mutation testing of the evaluation and of the scan engine's accounting: ``make mutants``.

mutmut changes one expression at a time and runs the unit tests that reach it, but for those that try many random inputs, which
would take most of the time. A mutant survives if no test fails. mutmut expects a source folder called ``src``, so it runs in a copy
of the repository in ``.work/mutation``. Results are kept there: an interrupted run is resumed, and only functions that changed are
tested again. Delete the folder to start from scratch.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".work" / "mutation"
COPIES = {
    "scanners/scangate": "src/scangate",
    "tests": "tests",
    "policies": "policies",
    "buildspec_snippets": "buildspec_snippets",
    "benchmarks": "benchmarks",
}
JUDGE = (
    *("baseline", "correlation", "evaluation", "exceptions", "finding_matching", "inline_suppressions"),
    *("policy_findings", "policy_matcher", "rulings", "scan_scope"),
)
SCAN = ("dispatch", "engine", "plan", "results", "skipping")
MODULES = (*(f"judge/{name}.py" for name in JUDGE), *(f"scan/{name}.py" for name in SCAN))
# Few and fast: a mutant that survives costs all of those that reach it.
TESTS = (
    *(f"tests/judge/test_{name}.py" for name in (*JUDGE, "exceptions_follow_renames", "baseline_of_change", "policy_bound")),
    *(f"tests/scan/test_{name}.py" for name in ("dispatch", "engine", "known_no_secrets", "links", "pieces", "plan", "references")),
    *(f"tests/scan/test_{name}.py" for name in ("result_cache", "scan_reuse", "skipping", "text_redactor")),
)
SURVIVED, UNTESTED = 0, 33  # mutmut's exit codes for a mutant; every other one but None (not run yet) and 34 (skipped) is a kill
UNCOUNTED = (None, 34)
SETTINGS = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = {modules}
also_copy = ["policies", "buildspec_snippets", "benchmarks", "README.md"]
pytest_add_cli_args = ["-m", "unit and not nightly and not hypothesis", "-k", "not any_edit", "-p", "no:xdist", "-p", "no:cov"]
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false
"""


def prepare() -> None:
    """Bring the copy up to date. Unchanged files keep their times, by which mutmut recognizes them."""
    mutated = {Path(name) for name in MODULES}
    changed = False
    for source, target in COPIES.items():
        changed |= _copy(ROOT / source, WORK / target)
        if (WORK / "mutants").exists():  # mutmut itself updates only the modules that it mutates
            _copy(ROOT / source, WORK / "mutants" / target, frozenset(mutated if target == "src/scangate" else ()))
    if changed:  # mutmut would go on with which tests reach which function, which is no longer true
        (WORK / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    shutil.copy2(ROOT / "README.md", WORK)
    settings = SETTINGS.format(modules=json.dumps([f"src/scangate/{name}" for name in MODULES]), tests=json.dumps(TESTS))
    (WORK / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8") + settings, "utf-8")


def _copy(source: Path, target: Path, leave: frozenset[Path] = frozenset()) -> bool:
    """Make ``target`` the same as ``source``, but for ``leave``; whether anything had to be changed."""
    changed = False
    wanted = {file.relative_to(source) for file in source.rglob("*") if file.is_file() and "__pycache__" not in file.parts}
    for file in [file for file in target.rglob("*") if file.is_file() and file.relative_to(target) not in wanted]:
        if file.suffix != ".meta":
            file.unlink()
            changed = True
    for name in wanted - leave:
        if not (target / name).exists() or not filecmp.cmp(source / name, target / name, shallow=False):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)
            changed = True
    return changed


def results() -> Iterator[tuple[str, str, int | None]]:
    """(module, mutant, exit code) of each mutant; the code is None if it was not run."""
    for module in MODULES:
        meta = WORK / "mutants" / "src" / "scangate" / f"{module}.meta"
        if meta.exists():
            codes = json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
            yield from ((module, mutant, code) for mutant, code in codes.items())


def report(at_least: float, *, survivors: bool) -> int:
    """Print a line per module; 1 if fewer than ``at_least`` percent were killed or some were not run."""
    ran, alive, missing = Counter[str](), Counter[str](), 0
    for module, mutant, code in results():
        missing += code is None
        if code not in UNCOUNTED:
            ran[module] += 1
            alive[module] += code in (SURVIVED, UNTESTED)
            if survivors and code in (SURVIVED, UNTESTED):
                print(mutant)
    for module in ran:
        print(_line(module, ran[module], alive[module]))
    total, left = ran.total(), alive.total()
    print(f"{_line('all', total, left)}, {missing} not run")
    return int(not total or missing > 0 or 100 * (total - left) < at_least * total)


def _line(name: str, ran: int, alive: int) -> str:
    return f"{name:32} {ran:5} mutants {alive:5} survived {100 * (ran - alive) / max(ran, 1):6.1f} % killed"


def main(arguments: Sequence[str]) -> int:
    """Run what has no result yet, then report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--at-least", type=float, default=90, metavar="PERCENT", help="fail if fewer mutants are killed")
    parser.add_argument("--survivors", action="store_true", help="list the mutants that survived; run nothing")
    parser.add_argument("names", nargs="*", help="mutants, or patterns: scangate.judge.rulings.*")
    options = parser.parse_args(arguments)
    if not options.survivors:
        prepare()
        command = [str(Path(sys.executable).with_name("mutmut")), "run", "--max-children", "2", *options.names]
        subprocess.run(command, cwd=WORK, check=True)
    return report(options.at_least, survivors=options.survivors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

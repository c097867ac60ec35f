"""What blocks under baseline in the code of published web applications, by a list of labels: how much of it is right, by rule.

python benchmarks/code_noise.py                        # the labels of each rule
python benchmarks/code_noise.py PROJECT=verdict.json   # the same for what a report blocks, with the findings that have no label

``code_labels/applications.tsv`` has registry, name, version and framework; ``code_labels/labels.tsv`` project, version, path, line,
rule and label. A finding is right if a change of the code would remove a weakness, debatable if the weakness is an option that is
off by default or needs a privilege that includes it, else wrong.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["APPLICATIONS", "LABELS", "Label", "blocking", "by_rule", "read_applications", "read_labels"]

LISTS = Path(__file__).with_name("code_labels")
APPLICATIONS, LABELS = LISTS / "applications.tsv", LISTS / "labels.tsv"
READINGS = ("right", "debatable", "wrong", "")


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """A finding that blocks, and what a reader made of it; ``label`` is empty until it is read."""

    project: str
    version: str
    path: str
    line: int
    rule: str
    label: str = ""

    def __post_init__(self) -> None:
        if self.label not in READINGS:
            raise ValueError(f"{self.project} {self.path}:{self.line}: a label is right, debatable or wrong")

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What a label is found by: findings of one rule in one line have one label."""
        return self.project, self.path, self.line, self.rule


def read_labels(file: Path = LABELS) -> tuple[Label, ...]:
    """The labels of a list, in its order. ValueError for a label that is none."""
    return tuple(Label(**{**row, "line": int(row["line"])}) for row in _rows(file))  # type: ignore[arg-type]


def read_applications(file: Path = APPLICATIONS) -> Mapping[str, str]:
    """The version of each application, by name."""
    return {row["name"]: row["version"] for row in _rows(file)}


def blocking(project: str, version: str, report: Mapping[str, Any]) -> tuple[Label, ...]:
    """What blocks in a report (verdict.json) of a project, without labels, each place and rule once."""
    rulings: list[Any] = report["findings"]
    findings = (each["finding"] for each in rulings if each["outcome"] == "blocking")
    places = {(each["location"]["path"], each["location"]["line"], each["rule"]) for each in findings}
    return tuple(sorted(Label(project, version, *place) for place in places))


def by_rule(labels: Iterable[Label]) -> Mapping[str, Counter[str]]:
    """How often each rule has each label."""
    counts: dict[str, Counter[str]] = {}
    for each in sorted(labels, key=lambda label: label.rule):
        counts.setdefault(each.rule, Counter())[each.label] += 1
    return counts


def main(arguments: Sequence[str]) -> None:
    """Prints a table of rules, and the findings of the given reports that have no label."""
    labels = read_labels()
    if arguments:
        versions, known = read_applications(), {each.key: each for each in labels}
        named = [argument.split("=", 1) for argument in arguments]
        found = [each for name, file in named for each in blocking(name, versions[name], json.loads(Path(file).read_text("utf-8")))]
        labels = tuple(known.get(each.key, each) for each in found)
    for rule, counts in {**by_rule(labels), "all": Counter(each.label for each in labels)}.items():
        print(f"| {rule} | {' | '.join(str(counts[reading]) for reading in READINGS)} | {_precision(counts)} |")
    for each in labels:
        if not each.label:
            print(each.project, each.version, each.path, each.line, each.rule, sep="\t")


def _precision(counts: Counter[str]) -> str:
    decided = counts["right"] + counts["wrong"]
    return f"{counts['right'] / decided:.0%}" if decided else "-"


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


if __name__ == "__main__":
    main(sys.argv[1:])

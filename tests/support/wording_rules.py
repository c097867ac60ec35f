"""The words that texts must not contain, and where the texts are: ``python -m tests.support.wording_rules``."""

from __future__ import annotations

import ast
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml

from scangate.cli.main import cli
from tests.support.paths import ROOT

__all__ = ["DENIED", "Text", "find_denied", "source_texts", "user_facing_texts"]

# what is denied, as a regular expression over whole words, and what to write
DENIED = {
    r"tells?|told|telling": "report, say, show, find",
    r"mends?|mended|mending": "fix",
    r"stands?(?!-in)|stood|standing": "is, appears",
    r"whoever|nobody|somebody|everybody": "name the person or the program",
    r"nobody listen\w*|come along|goes? easier on": "the output pipe was closed; is bundled; is less strict",
    r"besides?": "next to, in addition to",
    r"on purpose": "by a rule, by the policy",
    r"hush|papers|shelf|roads?|rungs?|wish": "the standard word",
    r"is believed|not believed|cannot be believed": "is trusted, is rejected",
    r"what comes? of": "the result",
    r"the starter set": "the bundled advisories",
    r"waived|waiving|waivers?": "suppressed, inline comment, exception",
    r"such an?": "a, such an option",
    r"(?:lies?|lying|laid) (?:in|at|on|above|below|beneath|outside|inside|between|among|elsewhere|where|there|beyond)": "is",
    r"holds? back|held back": "omit, keep",
    r"goes? by|wins? over": "depend on, take precedence over",
}


@dataclass(frozen=True)
class Text:
    """A text that a user can meet, and where it is."""

    where: str
    text: str


def user_facing_texts() -> Iterator[Text]:
    """Help pages, string literals of the source, policies' comments and values, messages of rules."""
    yield from _help(cli, click.Context(cli, info_name="scangate"))
    for file in sorted((ROOT / "scanners").rglob("*.py")):
        if "_data" not in file.parts:
            yield from _literals(file)
    for file in sorted((ROOT / "policies").rglob("*.yaml")):
        if "rules" in file.parts:
            yield from _rule_messages(file)
        else:
            yield from (
                Text(f"{file.relative_to(ROOT)}:{number}", line)
                for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
            )


def source_texts() -> Iterator[Text]:
    """Docstrings and comments of the source."""
    for file in sorted((ROOT / "scanners").rglob("*.py")):
        if "_data" not in file.parts:
            yield from _docstrings(file)
            yield from _comments(file)


def find_denied(texts: Iterable[Text]) -> list[str]:
    """A line for each denied word, sorted: where it is, the word, what to write."""
    found = set()
    for text in texts:
        for pattern, advice in DENIED.items():
            for match in re.finditer(rf"\b(?:{pattern})\b", text.text, re.IGNORECASE):
                found.add(f"{text.where}: {match[0]!r} in {_around(text.text, match.start())!r}; write: {advice}")
    return sorted(found)


def _around(text: str, start: int) -> str:
    return " ".join(text[max(0, start - 30) : start + 40].split())


def _help(command: click.Command, context: click.Context) -> Iterator[Text]:
    yield Text(f"{context.command_path} --help", command.get_help(context))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _help(below, click.Context(below, info_name=name, parent=context))


def _literals(file: Path) -> Iterator[Text]:
    """The texts of more than one word in a module, without docstrings."""
    tree = ast.parse(file.read_text("utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and " " in node.value.strip()
        ):
            yield Text(f"{file.relative_to(ROOT)}:{node.lineno}", node.value)


def _docstrings(file: Path) -> Iterator[Text]:
    """Each line of the strings that are statements: docstrings, and the descriptions of constants."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for number, line in enumerate(node.value.value.splitlines(), start=node.lineno):
                yield Text(f"{file.relative_to(ROOT)}:{number}", line)


def _comments(file: Path) -> Iterator[Text]:
    with file.open("rb") as stream:
        for token in tokenize.tokenize(stream.readline):
            if token.type == tokenize.COMMENT:
                yield Text(f"{file.relative_to(ROOT)}:{token.start[0]}", token.string)


def _rule_messages(file: Path) -> Iterator[Text]:
    document: Any = yaml.safe_load(file.read_text("utf-8"))
    for rule in document["rules"]:
        yield Text(f"{file.relative_to(ROOT)}: {rule['id']}", str(rule["message"]))


if __name__ == "__main__":
    lines = find_denied([*user_facing_texts(), *source_texts()])
    print("\n".join([*lines, f"{len(lines)} denied words"]))
    sys.exit(bool(lines))

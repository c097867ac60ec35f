"""``scangate rules``: list the rules of the built-in scanners, print the page of one, and test rules of your own."""

from __future__ import annotations

from pathlib import Path

import click

from scangate.app.rule_pages import read_rule_page
from scangate.app.rule_tests import run_rule_tests
from scangate.cli.console import write_page
from scangate.cli.default_group import DefaultGroup
from scangate.cli.rule_names import find_rule
from scangate.errors import UsageError
from scangate.judge.error_text import pluralize
from scangate.printable import replace_unprintable
from scangate.report.rule_list import render_json, render_table
from scangate.tools.rule_catalog import DEPENDENCY_RULE, list_rules


@click.group(cls=DefaultGroup, default="show")
def command() -> None:
    """List the rules of the built-in scanners, print the page of one, and test semgrep rules of your own.

    Without a command, it is show: scangate rules, scangate rules bandit:B602, scangate rules --scanner semgrep.
    """


@command.command()
@click.argument("folder", metavar="DIR|FILE", type=click.Path(path_type=Path))
def test(folder: Path) -> int:
    """Test semgrep rules of your own on the examples next to them.

    The examples for acme.yaml are the files acme.* in the same folder, such as acme.py; those in YAML are called acme.test.yaml.
    As in semgrep's own tests, a comment `ruleid: ID` says that the next line is found, and `ok: ID` that it is not; no other line
    may be found. Every rule needs one example of each. A rule that is not valid is an error with its file and line (exit code 2);
    an example that comes out differently fails the test (1).
    """
    result = run_rule_tests(folder)
    for failure in result.failures:
        click.echo(replace_unprintable(failure))
    outcome = pluralize(len(result.failures), "failure") if result.failures else "all as expected"
    click.echo(f"{pluralize(result.rules, 'rule')}, {pluralize(result.examples, 'example')}: {outcome}")
    return 1 if result.failures else 0


@command.command()
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--scanner", metavar="NAME", help="List the rules of this scanner only")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to list them")
def show(name: str | None, scanner: str | None, form: str) -> int:
    """List all rules of the built-in scanners: severity, name, weaknesses (CWE) and title; or print the page of the rule NAME.

    NAME is a rule with or without its scanner: bandit:B602, python-ssrf, stripe-access-key, pip-audit:CVE-2018-7536.
    """
    rules = list_rules()
    if name is not None:
        about = find_rule(name, rules, "rules")
        page = read_rule_page(about)
        if not page:
            raise UsageError(f"{about.rule} has no page", f"scangate explain {about.rule}")
        write_page(page)
        return 0
    every = sorted([*rules.values(), DEPENDENCY_RULE], key=lambda about: about.rule)
    names = sorted({about.rule.partition(":")[0] for about in every})
    if scanner is not None and scanner not in names:
        raise UsageError(f"no rules of a scanner {scanner}", f"name one of {', '.join(names)}")
    shown = [about for about in every if scanner in (None, about.rule.partition(":")[0])]
    write_page(render_table(shown) if form == "text" else render_json(shown))
    return 0

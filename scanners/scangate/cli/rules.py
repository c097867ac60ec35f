"""``scangate rules``: list the rules of the built-in scanners, and print the page of one."""

from __future__ import annotations

import click

from scangate.app.rule_pages import read_rule_page
from scangate.cli.console import write_page
from scangate.cli.rule_names import find_rule
from scangate.errors import UsageError
from scangate.report.rule_list import render_json, render_table
from scangate.tools.rule_catalog import DEPENDENCY_RULE, list_rules


@click.command()
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--scanner", metavar="NAME", help="List the rules of this scanner only")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to list them")
def command(name: str | None, scanner: str | None, form: str) -> int:
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

"""Findings whose value can do no harm keep their rule and place, and are lowered with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.model import Finding, Mitigation, Severity
from scangate.tools import bandit, semgrep
from tests.support.scan_harness import ScanHarness

COMMANDS = """import os
import pickle
import subprocess
import xml.etree.ElementTree as ElementTree
import yaml


def run(name, number):
    subprocess.run(
        "uptime",
        shell=True,
    )
    subprocess.run("ping " + name, shell=True)
    os.popen(f"ping -c {int(number)} localhost").read()
    os.popen(f"ping -c {number} localhost").read()
    eval("1 + 1")
    eval(name)
    pickle.loads(pickle.dumps(name))
    pickle.loads(pickle.dumps({"a": 1}))
    pickle.load(open("objects", "rb"))
    ElementTree.fromstring("<a/>")
    ElementTree.parse("users.xml")
    table = "users"
    sql = f"SELECT * FROM {table} WHERE a = ?"
    other = "SELECT * FROM users WHERE a = " + name
    order = name
    if order not in ("name", "age"):
        order = "name"
    third = "SELECT * FROM users ORDER BY {}".format(order)
    return sql, other, third
"""
PAGES = """from flask import Flask, request
import os

app = Flask(__name__)


@app.get("/a")
def ping():
    options = {"host": request.args["host"], "count": "1"}
    os.system("ping -c " + options["count"])
    os.system("ping " + options["host"])
    text = request.args["text"] if 2 * 3 > 10 else "1 + 1"
    return str(eval(text))
"""


PROGRAMS = """import pickle
import subprocess
import sys
import paramiko
from markupsafe import Markup


def run(name, program):
    subprocess.run(["git", "log", name], check=True)
    subprocess.run(["/usr/bin/git", "log", name], check=True)
    subprocess.run(["sh", "-c", name], check=True)
    subprocess.run(["/bin/bash", name], check=True)
    subprocess.run([program, name], check=True)
    subprocess.run([sys.executable, name], check=True)
    subprocess.run(["git", name], executable=program)
    arguments = ["git"]
    arguments.insert(0, program)
    subprocess.run(arguments, check=True)
    subprocess.run("ls", shell=True)
    client = paramiko.SSHClient()
    client.exec_command("uptime")
    client.exec_command("ping " + name)
    page = Markup("<b>" + str(len(name)) + "</b>")
    return page + Markup("<b>" + name)
"""


def lowered(findings: tuple[Finding, ...], *rules: str) -> dict[tuple[int, str], Mitigation | None]:
    """By line and rule: why a finding was lowered, or None."""
    for finding in findings:
        assert (finding.mitigation is not None) == (finding.severity is Severity.INFO)
    return {(each.location.line, each.rule.partition(":")[2]): each.mitigation for each in findings if each.rule in rules}


def test_findings_of_bandit_are_lowered_where_the_argument_is_harmless(tmp_path: Path) -> None:
    result = ScanHarness(tmp_path).result(bandit, {"a.py": COMMANDS})
    rules = [f"bandit:B{number}" for number in (301, 307, 314, 602, 605, 608)]
    assert lowered(result.findings, *rules) == {
        (11, "B602"): Mitigation.CONSTANT,
        (13, "B602"): None,
        (14, "B605"): Mitigation.CONVERTED,
        (15, "B605"): None,
        (16, "B307"): Mitigation.CONSTANT,
        (17, "B307"): None,
        (18, "B301"): None,
        (19, "B301"): Mitigation.CONSTANT,
        (20, "B301"): None,
        (21, "B314"): Mitigation.CONSTANT,
        (22, "B314"): None,
        (24, "B608"): Mitigation.CONSTANT,
        (25, "B608"): None,
        (29, "B608"): Mitigation.CHECKED,
    }


def test_findings_of_bandit_are_lowered_where_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    result = ScanHarness(tmp_path).result(bandit, {"a.py": PROGRAMS})
    rules = [f"bandit:B{number}" for number in (403, 404, 601, 603, 607, 704)]
    assert lowered(result.findings, *rules) == {
        (1, "B403"): Mitigation.IMPORTED,
        (2, "B404"): Mitigation.IMPORTED,
        (9, "B603"): Mitigation.NO_SHELL,
        (9, "B607"): Mitigation.NO_SHELL,
        (10, "B603"): Mitigation.NO_SHELL,
        (11, "B603"): None,
        (11, "B607"): None,
        (12, "B603"): None,
        (13, "B603"): None,
        (14, "B603"): None,
        (15, "B603"): None,
        (15, "B607"): None,
        (18, "B603"): None,
        (19, "B607"): Mitigation.CONSTANT,
        (21, "B601"): Mitigation.CONSTANT,
        (22, "B601"): None,
        (23, "B704"): Mitigation.CONVERTED,
        (24, "B704"): None,
    }


@pytest.mark.integration
def test_findings_of_taint_rules_are_lowered_where_the_value_is_constant(tmp_path: Path) -> None:
    result = ScanHarness(tmp_path).result(semgrep, {"a.py": PAGES})
    assert lowered(result.findings, "semgrep:python-command-injection", "semgrep:python-code-injection") == {
        (10, "python-command-injection"): Mitigation.CONSTANT,
        (11, "python-command-injection"): None,
        (13, "python-code-injection"): Mitigation.CONSTANT,
    }

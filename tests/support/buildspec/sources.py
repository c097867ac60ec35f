"""Sources that the builds of tests run on."""

from __future__ import annotations

import subprocess

from tests.support.buildspec.workspace import Workspace

CLEAN = '"""Adds."""\n\n\ndef add(left: int, right: int) -> int:\n    """The sum."""\n    return left + right\n'


INJECTION = '''"""Runs what a stranger sends."""

import subprocess

from flask import Flask, request

app = Flask(__name__)


@app.route("/run")
def run() -> str:
    """Runs a command from a request."""
    return subprocess.check_output(request.args["command"], shell=True, text=True)
'''


def commit(site: Workspace) -> None:
    """Make the source what CodeBuild would have cloned."""
    identity = ["-c", "user.name=Example", "-c", "user.email=example@example.org"]
    for arguments in (["init", "--quiet"], ["add", "--all"], [*identity, "commit", "--quiet", "--message", "first"]):
        subprocess.run(["git", *arguments], cwd=site.source, check=True, env={"HOME": str(site.home), "PATH": "/usr/bin:/bin"})


POLICY = """\
version: 1
scanners: {bandit: {enabled: true}, detect-secrets: {enabled: true}}
unknown: high
budgets: {critical: 0, high: 0, medium: unlimited, low: unlimited, info: unlimited}
coverage:
  required: [bandit, detect-secrets]
  allowed-gaps: [{kind: not-analyzed, reason: these two are enough for the tests of the builds}]
"""

"""Fits a bundled buildspec to a project: where scangate is installed from, versions, test command."""

from __future__ import annotations

import re

from scangate.cli.install_source import InstallSource, SourceKind
from scangate.cli.project_detection import Project
from scangate.cli.snippet import list_snippets

RUNTIME = '      python: "3.12"\n'
NODE = re.compile(r'(?: {6}#.*\n)? {6}nodejs: "\d+"\n')
SHELL = "  shell: bash\n"
EXTRAS = re.compile(r"# SCANGATE_INSTALL in the project says what pip installs: scangate(?P<extras>\[[\w,]+\])? @")
INSTALL = re.compile(
    r"      # SCANGATE_INSTALL in the project .*\n(?:      #.*\n)+"
    r"      - ': .*SCANGATE_INSTALL:\?.*\n"
    r"(?P<home>      - \|\n        if \[ -z \"\$\{SCANGATE_HOME:-\}\" \]; then\n.*\n        fi\n)"
    r"      - \|\n        if \[ -n \"\$\{SCANGATE_INSTALL:-\}\" \]; then\n"
    r"          (?P<pip>\(cd / && .* )\"\$SCANGATE_INSTALL\"\)\n        fi\n"
)
SCAN_END = '        --report env="$SCANGATE_OUT/verdict.env"\n'
TESTS = """      - '"$SCANGATE_OUT/app/bin/python" -m unittest discover --start-directory tests'\n"""
GATE = "gate"


def fit_buildspec(name: str, project: Project, source: InstallSource) -> str:
    """The bundled buildspec ``name`` for the project. Its tests are run after the scan, in the gate and where there are tests."""
    text = list_snippets()[name].read_text("utf-8")
    node = f'      nodejs: "{project.node}"\n' if project.node else ""
    if node:
        text = NODE.sub("", text)
    text = text.replace(RUNTIME, f'      python: "{project.python}"\n{node}')
    if TESTS in text:
        text = text.replace(TESTS, _write_entries(project.tests))
    elif name == GATE and project.tests:
        first = ('cd "$CODEBUILD_SRC_DIR" && python3 -m venv "$SCANGATE_OUT/app"',)
        comment = "      # The scan comes first: from here on code of the source runs. These lines are yours to change.\n"
        text = text.replace(SCAN_END, SCAN_END + comment + _write_entries((*first, *project.tests)), 1)
    return _fit_installation(text, source)


def _fit_installation(text: str, source: InstallSource) -> str:
    known = EXTRAS.search(text)
    extras = (known["extras"] or "") if known else ""
    if source.kind is SourceKind.IMAGE:
        check = _refuse('[ -z "${SCANGATE_HOME:-}" ]', "the image of this project has no scangate")
        return INSTALL.sub(lambda _: check, text)
    comment = "    # What is installed; a variable of the project replaces it.\n"
    if source.kind is SourceKind.PLACEHOLDER:
        comment += "    # Replace it by git+https://HOST/OWNER/scangate@COMMIT, or see `scangate init --help`.\n"
    setting = f"{comment}    SCANGATE_INSTALL: {_quote(source.with_extras(extras))}\n"
    variables = "  variables:\n"
    place = variables if variables in text else SHELL
    text = text.replace(place, f"{place}{setting}" if place == variables else f"{place}{variables}{setting}", 1)
    return INSTALL.sub(lambda match: match["home"] + _install(match["pip"], source, extras), text)


def _install(pip: str, source: InstallSource, extras: str) -> str:
    """The entries that install scangate; ``pip`` is the command of the bundled buildspecs, up to its last argument."""
    if source.kind is SourceKind.S3:
        copy = '(cd / && aws s3 cp --only-show-errors "$SCANGATE_INSTALL" "$SCANGATE_OUT/")'
        return _write_entries((copy, f'{pip}"$SCANGATE_OUT/${{SCANGATE_INSTALL##*/}}{extras}")'))
    install = _write_entries((f'{pip}"$SCANGATE_INSTALL")',))
    if source.kind is not SourceKind.PLACEHOLDER:
        return install
    sentence = "replace the placeholder in SCANGATE_INSTALL by the repository and the commit of your scangate"
    return _refuse(f"[ \"$SCANGATE_INSTALL\" = '{source.with_extras(extras)}' ]", sentence) + install


def _refuse(test: str, sentence: str) -> str:
    """An entry that fails with a sentence if a test succeeds."""
    return f"      - |\n        if {test}; then\n          echo 'scangate: {sentence}' >&2\n          exit 1\n        fi\n"


def _write_entries(commands: tuple[str, ...]) -> str:
    return "".join(f"      - {_quote(command)}\n" for command in commands)


def _quote(text: str) -> str:
    """A YAML scalar: plain where that means the same."""
    if re.fullmatch(r"[\w(/][^\n]*", text) and ": " not in text and " #" not in text and not text.endswith(":"):
        return text
    return "'" + text.replace("'", "''") + "'"

"""Every finding that a tool itself gives is ours: over small files of many kinds, and by night over three published projects."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from scangate.model import ScanResult
from scangate.secrets.detectors import TITLES
from scangate.tools.built_in import BUILT_IN
from scangate.tools.detect_secrets_job import slugify
from scangate.tools.semgrep import Options as SemgrepOptions
from tests.support import tool_suppressions
from tests.support.fake_secrets import fake_secret, fake_tokens
from tests.support.scan_harness import SCRIPTS_FOLDER, ScanHarness, is_ledger_complete

SHAPES = {
    "py": '{name} = "{value}"\n',
    "yaml": "{name}: {value}\n",
    "yml": "- {name}: '{value}'\n",
    "json": '{{"{name}": "{value}"}}\n',
    "ini": "[main]\n{name} = {value}\n",
    "cfg": "[main]\n{name}: {value}\n",
    "env": "{name}={value}\n",
    "js": "const {name} = '{value}';\n",
    "md": 'Use `{name}={value}` or\n\n    {name}: "{value}"\n',
    "toml": '[main]\n{name} = "{value}"\n',
    "properties": "{name}={value}\n",
    "tf": '{name} = "{value}"\n',
    "xml": '<a {name}="{value}">{value}</a>\n',
    "sh": "export {name}='{value}'\ncurl -H '{name}: {value}'\n",
    "txt": "{name} {value}\n",
    "sql": "SET {name} = '{value}';\n",
}
NAMES = {
    "Secret Keyword": ("password", "api_key", "db-secret", "TOKEN"),
    "IBM Cloud IAM Key": ("ibm_api_key",),
    "IBM COS HMAC Credentials": ("cos_secret_access_key",),
    "SoftLayer Credentials": ("softlayer_api_key",),
    "Cloudant Credentials": ("url",),
    "Base64 High Entropy String": ("value", "secret"),
    "Hex High Entropy String": ("value", "digest"),
}


def secrets() -> dict[str, bytes | str]:
    """Every kind of secret in every kind of file, and what only some readers of files see."""
    files: dict[str, bytes | str] = {}
    for ending, shape in SHAPES.items():
        for kind, value in fake_tokens(ending).items():
            for name in NAMES.get(kind, ("x",)):
                files[f"{ending}/{kind.replace(' ', '_')}_{name}.{ending}"] = shape.format(name=name, value=value)
    one = {kind: fake_secret(f"one-{kind}") for kind in ("a", "b", "c", "d", "e", "f", "g", "h")}
    files["Dockerfile"] = f"FROM a\nENV PASSWORD={one['a']}\nENV API_KEY {one['b']}\nARG TOKEN='{one['c']}'\n"
    files["deep/docker-compose.yml"] = (
        f'services:\n  a:\n    environment:\n      - PASSWORD={one["d"]}\n      - token: "{one["e"]}"\n'
    )
    files["flow.yaml"] = f"a: {{password: {one['f']}, token: {one['g']}}}\nb: [{{secret: {one['h']}}}]\n"
    files["several.yaml"] = f"a: 1\n---\npassword: {one['a']}\n"
    files["tags.yaml"] = f"Resources:\n  A: !Ref B\n  password: !Sub {one['b']}\n"
    files["block.yaml"] = f"a: |\n  password: {one['c']}\nb: >\n  token = {one['d']}\n"
    files["anchors.yaml"] = f"a: &x\n  password: {one['e']}\nb: *x\nc:\n  <<: *x\n"
    files["broken.yaml"] = f"a: [1\npassword: {one['f']}\n"
    files["broken.ini"] = f"no section\npassword = {one['g']}\n"
    files["crlf.py"] = f'a = 1\r\npassword = "{one["h"]}"\r\n'
    files["cr.py"] = f'a = 1\rpassword = "{one["a"]}"\r'
    files["bom.py"] = f'\ufeffpassword = "{one["b"]}"\n'
    files["bom.yaml"] = f"\ufeffpassword: {one['c']}\n"
    files["form.py"] = f'a = 1\x0c\npassword = "{one["d"]}\x0b"\npassword = "{one["e"]}"  # \u2028\ntoken = "{one["f"]}"\n'
    files["separators.yaml"] = f'a: "\u2028"\nb: "\x85"\npassword: {one["g"]}\n'
    files["key.pem"] = "".join(
        f"{line}\n" for line in (fake_tokens("pem")["Private Key"], "MII" + "A" * 61, "-----END " + "RSA PRIVATE KEY-----")
    )
    files["several_on_a_line.py"] = f'password = "{one["a"]}"; token = "{one["b"]}"; key = "{fake_tokens("s")["AWS Access Key"]}"\n'
    files["twice.py"] = f'password = "{one["c"]}"\npassword = "{one["c"]}"\n'
    files["indirect.py"] = f'password = get("{one["d"]}")\nuser_id = "{fake_tokens("id")["Hex High Entropy String"]}"\n'
    files["empty.py"] = ""
    return files


# the line that they give: the line of the value
LINES_THEY_MISCOUNT = {("block.yaml", 1): 2, ("flow.yaml", 3): 2, ("separators.yaml", 5): 3}


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[ScanHarness, ScanResult]:
    bench = ScanHarness(tmp_path_factory.mktemp("secrets"))
    return bench, bench.result(BUILT_IN["detect-secrets"], secrets(), jobs=2)


def test_we_find_every_secret_that_detect_secrets_finds(scanned: tuple[ScanHarness, ScanResult]) -> None:
    bench, result = scanned
    theirs = set(tool_suppressions.run_detect_secrets(bench.root))
    ours = {
        (rule.removeprefix("detect-secrets:"), finding.location.path, finding.location.line)
        for finding in result.findings
        if finding.assessment
        for rule in finding.assessment.detectors  # a more specific one may represent it
    }
    assert not result.gaps
    unseen = {"public-ip-ipv4"}  # its own filters take away every secret without a letter
    assert {slugify(kind) for kind in fake_tokens("x")} - unseen == {rule for rule, _, _ in theirs}, (
        "every plugin has something to see"
    )
    theirs = {(rule, path, LINES_THEY_MISCOUNT.get((path, line), line)) for rule, path, line in theirs}
    assert theirs <= ours, sorted(theirs - ours)[:10]
    assert {rule for rule, _, _ in ours} - set(TITLES) == {rule for rule, _, _ in theirs} - set(TITLES), (
        "no rule but theirs and ours"
    )


def test_a_found_value_is_redacted_everywhere(scanned: tuple[ScanHarness, ScanResult]) -> None:
    """The lines that detect-secrets counts its own way (YAML with several values on a line, or odd line ends) hide nothing."""
    _, result = scanned
    output = json.dumps([repr(finding) for finding in result.findings])
    values = [fake_secret(f"one-{kind}") for kind in "abcdefgh"] + [fake_secret(f"{ending}keyword") for ending in SHAPES]
    assert not [value for value in values if value in output]


WEAK: dict[str, bytes | str] = {
    "app.py": "import subprocess, pickle, hashlib\n\n\ndef f(x, password='hunter2'):\n    assert x\n"
    "    subprocess.call(x, shell=True)\n"
    "    return pickle.loads(x), hashlib.md5(x), eval(x)\n",
    "tests/test_app.py": "import yaml\n\n\ndef test():\n    yaml.load(x)\n    assert True\n",
    "deep/.hidden/a.py": "exec(x)\n",
    "deep/.tox/a.py": "exec(x)\n",
    "script.pyw": "exec(x)\n",
    "stub.pyi": "x: int\n",
    "latin.py": b"# -*- coding: latin-1 -*-\nx = '\xe9'; exec(x)\n",
    "crlf.py": "a = 1\r\nexec(a)\r\n",
    "cr.py": "a = 1\rexec(a)\r",
    "form.py": "a = 1\n\x0c\nb = '\x0b\u2028'\nexec(a)\n",
    "bom.py": "\ufeffexec(a)\n",
    "unicode.py": "x = 'éé'; exec(x)\npassword = 'hunter2'\n",
    "empty.py": "",
    "broken.py": "def f(:\n",
}


@pytest.mark.smoke
def test_we_report_every_finding_of_bandit(tmp_path: Path) -> None:
    bench = ScanHarness(tmp_path)
    result = bench.result(BUILT_IN["bandit"], WEAK, jobs=2)
    theirs = tool_suppressions.run_bandit(bench.root, "--exclude", "")
    ours = {(finding.rule.removeprefix("bandit:"), finding.location.path, finding.location.line) for finding in result.findings}
    assert set(theirs) <= ours
    assert {path for _, path, _ in ours} == {path for _, path, _ in theirs}
    assert {gap.path for gap in result.gaps} == {"broken.py"}
    columns = {finding.location.path: finding.location.column for finding in result.findings if finding.rule == "bandit:B102"}
    assert (columns["unicode.py"], columns["latin.py"], columns["crlf.py"], columns["cr.py"]) == (11, 10, 1, 1)


ODD: dict[str, bytes | str] = {
    "form.py": "import hashlib\n\x0c\nx = '\x0b\u2028\x85'\nhashlib.md5(password)\n",
    "unicode.py": "import hashlib\nx = 'ééé'; hashlib.md5(password)\n",
    "latin.py": b"# -*- coding: latin-1 -*-\nimport hashlib\nx = '\xe9\xe9'; hashlib.md5(password)\n",
    "bom.py": "\ufeffimport hashlib\nhashlib.md5(password)\n",
    "crlf.py": "import hashlib\r\nhashlib.md5(password)\r\n",
    "cr.py": "import hashlib\rx = 1\rhashlib.md5(password)\r",
    "new.py": "def f[T](x: T) -> T:\n    return x\n\n\ntype X = int\n",
    "broken.py": "def f(:\n",
    "nul.py": b"x = 1\n\0\n",
    "empty.py": "",
    "lone_bom.py": "\ufeff",
    "broken.json": '{"a": [1, }\n',
    "comments.json": '// c\n{"a": 1, /* x */ "b": [1, 2,],}\n',
    "wide.json": '{"a": 1}'.encode("utf-16"),
    "broken.yaml": "a: [1\nb: 2\n",
    "tags.yaml": "Resources:\n  A: !Ref B\n  C: !Sub 'x'\n---\na: 1\n",
    "flow.yaml": "{a: 1, b: [x, y]}\n",
    "Dockerfile": "FROM ubuntu\nRUN curl http://example.com | sh\n",
    "wide/Dockerfile": "FROM ubuntu\nRUN curl http://example.com | sh\n".encode("utf-16"),
    "broken/Dockerfile": 'FROM ubuntu\nRUN [ "a", \nBLAH x {{ \n',
    "prod/Dockerfile.prod": "FROM ubuntu\nRUN curl http://example.com | sh\n",
    "odd name/-dash 'quote'.py": "import hashlib\nhashlib.md5(password)\n",
    "odd name/new\nline.py": "import hashlib\nhashlib.md5(password)\n",
}


@pytest.mark.nightly
def test_both_front_ends_of_semgrep_have_the_same_findings(tmp_path: Path) -> None:
    bench = ScanHarness(tmp_path)
    quick = bench.result(BUILT_IN["semgrep"], ODD, SemgrepOptions(front_end="experimental"))
    usual = bench.result(BUILT_IN["semgrep"], ODD, SemgrepOptions(front_end="ordinary"))
    assert quick.findings == usual.findings
    assert quick.analyzed_files == usual.analyzed_files
    assert {gap.path for gap in quick.gaps} == {gap.path for gap in usual.gaps}
    places = {(finding.location.path, finding.location.line, finding.location.column) for finding in quick.findings}
    assert {
        *{("form.py", 4, 1), ("unicode.py", 2, 12), ("latin.py", 3, 11), ("bom.py", 2, 1), ("crlf.py", 2, 1), ("cr.py", 3, 1)},
        *{("odd name/-dash 'quote'.py", 2, 1), ("odd name/new\nline.py", 2, 1)},
    } <= places
    lost = {gap.path for gap in quick.gaps}
    assert {"broken.py", "nul.py", "broken.json", "wide.json", "broken.yaml", "wide/Dockerfile"} <= lost
    assert not lost & {"comments.json", "tags.yaml", "flow.yaml", "Dockerfile", "empty.py", "lone_bom.py", "prod/Dockerfile.prod"}


SDISTS = ("Flask==1.0", "Scrapy==2.11.0", "celery==5.3.6", "drf-yasg==1.21.5", "impacket==0.11.0")


@pytest.fixture(scope="module", params=SDISTS)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ScanHarness:
    """A published project, unpacked as it was published."""
    folder = tmp_path_factory.mktemp("sdist")
    fetch = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--dest"]
    subprocess.run([*fetch, str(folder), request.param], check=False, capture_output=True, env={**os.environ, "PIP_NO_INPUT": "1"})
    (archive,) = folder.glob("*.tar.gz")
    bench = ScanHarness(tmp_path_factory.mktemp("project"))
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as tar:
        tar.extractall(bench.root, filter="data")
    return bench


@pytest.mark.nightly
def test_a_real_project_has_all_findings_of_bandit(project: ScanHarness) -> None:
    result = project.result(BUILT_IN["bandit"], jobs=2, timeout=900)
    theirs = tool_suppressions.run_bandit(project.root, "--ignore-nosec", "--exclude", "")
    ours = {(finding.rule.removeprefix("bandit:"), finding.location.path, finding.location.line) for finding in result.findings}
    assert is_ledger_complete(result)
    assert theirs
    assert set(theirs) <= ours
    print(f"bandit: {len(theirs)} of theirs, {len(ours)} of ours, {len(result.gaps)} gaps, {result.files_given} files")


@pytest.mark.nightly
def test_a_real_project_has_all_findings_of_detect_secrets(project: ScanHarness) -> None:
    result = project.result(BUILT_IN["detect-secrets"], jobs=2, timeout=900)
    theirs = tool_suppressions.run_detect_secrets(project.root)
    ours = {
        (rule.removeprefix("detect-secrets:"), finding.location.path, finding.location.line)
        for finding in result.findings
        if finding.assessment
        for rule in finding.assessment.detectors  # a more specific one may represent it
    }
    assert is_ledger_complete(result)
    assert theirs
    assert set(theirs) <= ours
    print(f"detect-secrets: {len(theirs)} of theirs, {len(ours)} of ours, {len(result.gaps)} gaps, {result.files_given} files")


@pytest.mark.nightly
def test_semgrep_accounts_for_every_file_of_a_real_project(project: ScanHarness) -> None:
    result = project.result(BUILT_IN["semgrep"], jobs=2, timeout=900)
    assert is_ledger_complete(result)
    assert result.files_given == len(result.analyzed_files) + len({gap.path for gap in result.gaps})
    print(f"semgrep: {len(result.findings)} findings, {len(result.gaps)} gaps, {result.files_given} files")


def test_the_tools_are_installed_next_to_scangate() -> None:
    assert [name for name in ("bandit", "semgrep", "detect-secrets", "pip-audit") if not (SCRIPTS_FOLDER / name).is_file()] == []

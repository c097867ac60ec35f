"""Lock files: where their packages come from when it is not an index, and the lines whatever the formatting."""

from __future__ import annotations

import pytest

from scangate.advisories.manifest import Manifest
from scangate.advisories.manifest_reader import read_manifests
from scangate.advisories.origins import Origin
from scangate.model import GapKind

UV = """\
version = 1
[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "top" }]
[[package]]
name = "top"
version = "1.0"
source = { registry = "https://token@packages.example/simple" }
dependencies = [{ name = "below", marker = "python_version < '3'" }]
[[package]]
name = "below"
version = "2.0"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "repository"
version = "1"
source = { git = "https://git.example/x?rev=1#abc" }
[[package]]
name = "address"
version = "1"
source = { url = "https://files.example/x.whl" }
[[package]]
name = "file"
version = "1"
source = { path = "x.whl" }
[[package]]
name = "outside"
version = "1"
source = { editable = "../outside" }
[[package]]
name = "inside"
source = { editable = "inside" }
"""
POETRY = """\
[[package]]
name = "Top.Level"
version = "1.0"
[package.dependencies]
Below = {version = "*", optional = true}
[[package]]
name = "below"
version = "2.0"
[package.source]
type = "legacy"
url = "https://packages.example/simple"
reference = "own"
[[package]]
name = "repository"
version = "1"
[package.source]
type = "git"
url = "https://git.example/x.git"
[[package]]
name = "address"
version = "1"
[package.source]
type = "url"
url = "https://files.example/x.whl"
[[package]]
name = "file"
version = "1"
[package.source]
type = "file"
url = "x.whl"
[[package]]
name = "outside"
version = "1"
[package.source]
type = "directory"
url = "../outside"
[[package]]
name = "inside"
version = "1"
[package.source]
type = "directory"
url = "inside"
[metadata]
lock-version = "2.0"
"""


WHEEL = 'wheels = [{{url = "https://files.example/{}-py3-none-any.whl", hashes = {{sha256 = "0"}}}}]\n'


def origins(manifest: Manifest) -> dict[str, Origin]:
    return {gap.name: Origin(gap.reason) for gap in manifest.gaps if any(gap.reason == origin.value for origin in Origin)}


ORIGINS = {"repository": Origin.VCS, "address": Origin.URL, "file": Origin.PATH, "outside": Origin.PATH}


def test_uv() -> None:
    result = read_manifests({"uv.lock": UV, "inside/pyproject.toml": ""})["uv.lock"]
    assert [(pin.name, pin.direct, pin.via, pin.index) for pin in result.pins] == [
        ("top", True, (), "packages.example"),
        ("below", False, ("top",), ""),
    ]
    assert origins(result) == ORIGINS
    assert [left.name for left in result.skipped] == ["app", "inside"]


def test_poetry() -> None:
    result = read_manifests({"poetry.lock": POETRY, "inside/setup.py": ""})["poetry.lock"]
    assert [(pin.name, pin.direct, pin.via, pin.index) for pin in result.pins] == [
        ("top-level", True, (), ""),
        ("below", False, ("top-level",), "packages.example"),
    ]
    assert origins(result) == ORIGINS
    assert [left.name for left in result.skipped] == ["inside"]


def test_pdm() -> None:
    text = '[metadata]\nlock_version = "4.5"\n'
    for keys in ('name="a"\nversion="1"\ndependencies=["b>=1"]', 'name="b"\nversion="2"', 'name="b"\nversion="2"\nextras=["x"]'):
        text += f"[[package]]\n{keys}\n"
    for name, key in {
        "repository": 'git="https://git.example/x"',
        "address": 'url="https://x.example"',
        "file": 'path="./x.whl"',
    }.items():
        text += f'[[package]]\nname="{name}"\nversion="1"\n{key}\n'
    result = read_manifests({"pdm.lock": text})["pdm.lock"]
    assert [(pin.name, pin.via) for pin in result.pins] == [("a", ()), ("b", ("a",))]
    assert origins(result) == {name: origin for name, origin in ORIGINS.items() if name != "outside"}


def test_pipfile_lock_of_any_formatting() -> None:
    text = '{"_meta":{"sources":[{"name":"own","url":"https://u:p@packages.example/simple"}]},"default":'
    text += '{"a":{"version":"==1","index":"own"},\n'
    text += '"b"\n:{"version":"==2"},"repository":{"git":"https://git.example","ref":"1"},"none":{}},'
    text += '"develop":{"a":{"version":"==1"}},"x":{"\\u0063":{"version":"==3"}}}'
    result = read_manifests({"Pipfile.lock": text})["Pipfile.lock"]
    assert [(pin.name, pin.line, pin.index) for pin in result.pins] == [("a", 1, "packages.example"), ("b", 3, ""), ("c", 3, "")]
    assert origins(result) == {"repository": Origin.VCS}
    assert [gap.name for gap in result.gaps] == ["repository", "none"]


def test_pylock() -> None:
    text = (
        'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "a"\nversion = "1.0"\ndependencies = [{name = "b"}]\n'
        + WHEEL.format("a-1.0")
    )
    text += (
        '[[packages]]\nname = "b"\nversion = "2.0"\nmarker = "python_version < \'3\'"\nindex = "https://pypi.org/simple"\n'
        + WHEEL.format("b-2.0")
    )
    text += '[[packages]]\nname = "repository"\nvcs = {type = "git", url = "https://git.example", commit-id = "1"}\n'
    text += '[[packages]]\nname = "address"\narchive = {url = "https://files.example/x.zip", hashes = {sha256 = "0"}}\n'
    text += '[[packages]]\nname = "inside"\ndirectory = {path = "."}\n[[packages]]\nname = "outside"\ndirectory = {path = "/srv"}\n'
    result = read_manifests({"pylock.toml": text})["pylock.toml"]
    assert [(pin.name, pin.line, pin.marker) for pin in result.pins] == [("a", 4, ""), ("b", 9, "python_version < '3'")]
    assert origins(result) == {name: origin for name, origin in ORIGINS.items() if name != "file"}
    assert [left.name for left in result.skipped] == ["inside"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            (
                'x = """\n[[package]]\nname = "no"\n"""\nversion = 1\n'
                '[[ package ]]\n# name = "no"\nsource = {registry = "x"}\nname = "a"\nversion = "1"\n'
            ),
            [9],
        ),
        ('version = 1\n[[package]]\n"name" = "a"\nversion = "1"\nsource = {registry = "x"}\n', [2]),
        ('version = 1\npackage = [{name = "a", version = "1", source = {registry = "x"}}]\n', [1]),
        ("version = 1\n[['package']]\nname = 'a'\nversion = '1'\nsource = {registry = 'x'}\n", [1]),
    ],
)
def test_lines_are_right_for_any_formatting(text: str, lines: list[int]) -> None:
    assert [pin.line for pin in read_manifests({"uv.lock": text})["uv.lock"].pins] == lines


def test_invalid_names_and_versions_are_gaps() -> None:
    text = "version = 1\n" + "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{registry = "x"}}\n'
        for name, version in [
            ("a\\nb==1", "1"),
            ("\\u212aelvin", "1"),
            ("", "1"),
            ("a", "1\\n2"),
            ("b", "9" * 5000),
            ("c", "1 ; x"),
        ]
    )
    result = read_manifests({"uv.lock": text})["uv.lock"]
    assert not result.pins
    assert len(result.gaps) == 6


def test_a_long_chain_is_omitted() -> None:
    packages = [
        f'[[package]]\nname = "p{n}"\nversion = "1"\nsource = {{registry = "x"}}\ndependencies = [{{name = "p{n + 1}"}}]\n'
        for n in range(3000)
    ]
    result = read_manifests({"uv.lock": "version = 1\n" + "".join(packages)})["uv.lock"]
    assert [len(pin.via) for pin in result.pins[:52]] == [*range(51), 0]
    assert result.pins[2999].via == ()


UV_ENTRY = '[[package]]\nname = "{}"\nversion = "1"\nsource = {{ registry = "https://pypi.org/simple" }}\n'
TABLE, TABLES = "[[package]]\n", "[[packages]]\n"
BAD_ENTRIES: dict[str, tuple[str, str, list[str]]] = {  # what precedes an entry, what follows it, and entries
    "uv.lock": (
        "version = 1\n" + UV_ENTRY.format("a"),
        UV_ENTRY.format("z"),
        [
            f"{TABLE}name = 3\nsource = {{}}\n",
            f'{TABLE}name = "b"\nversion = [1]\nsource = {{}}\n',
            *(f"{TABLE}{rest}" for rest in ("name = \n", '"\n', "<<<<<<< HEAD\n", "x = 1\nx = 2\n")),
        ],
    ),
    "poetry.lock": (
        f'{TABLE}name = "a"\nversion = "1"\n',
        f'{TABLE}name = "z"\nversion = "2"\n[metadata]\nlock-version = "2.1"\n',
        [
            f'{TABLE}name = "b"\n',
            f'{TABLE}name = "b"\nversion = 2\n',
            f'{TABLE}name = "b"\nversion = "1"\n[package.dependencies]\nc = = 1\n',
            f"{TABLE}name = '''\n'''x\n",
        ],
    ),
    "pdm.lock": (
        f'[metadata]\nlock_version = "4.5.0"\n{TABLE}name = "a"\nversion = "1"\n',
        f'{TABLE}name = "z"\nversion = "2"\n',
        [f"{TABLE}{rest}" for rest in ('version = "1"\n', "name = 1979-05-27\n", ".".join("a" * 40) + " = 1\n")],
    ),
    "pylock.toml": (
        f'lock-version = "1.0"\n{TABLES}name = "a"\nversion = "1"\n',
        f'{TABLES}name = "z"\nversion = "2"\n',
        [
            *(f'{TABLES}name = "b"\n{rest}' for rest in ("version = 3\n", 'vcs = "git"\n')),
            *(f"{TABLES}{rest}" for rest in ('version = "1"\n', "name = nan\n", "]\n")),
        ],
    ),
    "Pipfile.lock": (
        '{"_meta": {}, "default": {"a": {"version": "==1"},\n',
        '\n"z": {"version": "==2"}}, "develop": {}}\n',
        [
            *(
                '"b": 3,',
                '"b": {"version": 1},',
                '"b": {"version": "\\ud800"},',
                '"b": {"hashes": []},',
                '"b c": {"version": "==1"},',
            ),
            *('"\\ud800": {"version": "==1"},', '"b": {"version": "==1", "markers": {}},'),
        ],
    ),
}


@pytest.mark.parametrize(("path", "entry"), [(path, entry) for path, (_, _, bad) in BAD_ENTRIES.items() for entry in bad])
def test_a_bad_entry_loses_that_entry_at_its_line(path: str, entry: str) -> None:
    before, after, _ = BAD_ENTRIES[path]
    manifest = read_manifests({path: before + entry + after, "requirements.txt": "x==1\n"})[path]
    assert {pin.name for pin in manifest.pins} == {"a", "z"}
    first = before.count("\n") + 1
    assert [first <= gap.line <= first + entry.count("\n") for gap in manifest.gaps] == [True]


def test_lone_surrogates_in_a_lock_cost_nothing_else() -> None:
    text = '{"_meta": {"sources": [{"name": "\\ud800", "url": "https://\\udfff.example"}, 3]}, "default": {\n'
    text += '"a": {"version": "==1", "markers": "\\ud800", "extras": ["\\ud801"], "index": "\\ud800", "\\ud802": 1}},\n'
    text += '"\\ud803": {"b": {"version": "==2"}}, "\\ud804": 3}'
    manifest = read_manifests({"Pipfile.lock": text})["Pipfile.lock"]
    assert [(pin.name, pin.line) for pin in manifest.pins] == [("a", 2), ("b", 3)]
    assert [gap.line for gap in manifest.gaps] == [3]
    for value in (*manifest.pins, *manifest.gaps):
        repr(value).encode()


PIPENV = """\
lock-version = "1.0"
created-by = "pipenv"
requires-python = "~=3.11"
environments = []

[[packages]]
name = "jaraco.classes"
version = "3.4.0"
marker = "python_version >= '3.8'"
index = "https://pypi.org/simple/"
wheels = [
    {name = "x.whl", upload-time = "2024-03-31T07:27:36Z", url = "https://files.pythonhosted.org/x.whl", hashes = {sha256 = "f6"}},
]

[[packages]]
name = "Ruamel_yaml"
version = "0.18.06"
size = "many"
unknown-key = [1]

[[packages]]
name = "shop"
directory = {path = "."}

[[packages]]
name = "both"
version = "1"
sdist = {url = "https://files.pythonhosted.org/x.tar.gz"}
vcs = {type = "git", url = "https://git.example/both"}

[tool.pipenv]
sources = 3
"""


def test_pylock_as_tools_write_it() -> None:
    manifest = read_manifests({"pylock.toml": PIPENV})["pylock.toml"]
    assert [(pin.name, pin.version, pin.line, pin.index) for pin in manifest.pins] == [
        ("jaraco-classes", "3.4.0", 7, ""),
        ("ruamel-yaml", "0.18.6", 16, ""),
    ]
    assert [(gap.name, gap.line) for gap in manifest.gaps] == [("both", 26)]
    assert [left.name for left in manifest.skipped] == ["shop"]


POETRY_FOLDER = '[metadata]\nlock-version = "2.1"\n[[package]]\nname = "lib"\nversion = "1"\n'
POETRY_FOLDER += '[package.source]\ntype = "directory"\nurl = "lib"\n'


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("poetry.lock", POETRY_FOLDER),
        ("uv.lock", 'version = 1\n[[package]]\nname = "lib"\nsource = { editable = "lib" }\n'),
        ("uv.lock", 'version = 1\n[[package]]\nname = "lib"\nsource = { virtual = "./lib" }\n'),
        ("pdm.lock", '[metadata]\nlock_version = "4.5"\n[[package]]\nname = "lib"\npath = "./lib"\n'),
        ("Pipfile.lock", '{"_meta": {}, "default": {"lib": {"editable": true, "path": "./lib"}}}'),
        ("Pipfile.lock", '{"_meta": {}, "default": {"lib": {"editable": true, "file": "lib"}}}'),
        ("pylock.toml", 'lock-version = "1.0"\n[[packages]]\nname = "lib"\ndirectory = { path = "lib" }\n'),
    ],
)  # fmt: skip
def test_a_local_project_is_audited_only_if_the_tree_has_it(path: str, text: str) -> None:
    absent, present = read_manifests({path: text}), read_manifests({path: text, "lib/setup.cfg": ""})
    assert origins(absent[path]) == {"lib": Origin.ABSENT}
    assert (absent[path].skipped, present[path].gaps) == ((), ())
    assert [left.name for left in present[path].skipped] == ["lib"]


def test_the_first_format_of_uv_is_read_and_the_next_one_is_a_gap() -> None:
    entry = UV_ENTRY.format("a")
    old = entry.replace("[[package]]", "[[distribution]]")
    assert [pin.name for pin in read_manifests({"uv.lock": f"version = 1\n{old}"})["uv.lock"].pins] == ["a"]
    both = f"version = 1\n{old}{UV_ENTRY.format('b')}"
    assert {pin.name for pin in read_manifests({"uv.lock": both})["uv.lock"].pins} == {"a", "b"}
    (gap,) = read_manifests({"uv.lock": f"version = 2\n{entry}"})["uv.lock"].gaps
    assert gap.line == 1


def test_the_lock_of_a_script_is_its_own() -> None:
    header = 'dependencies = [\n  "flask<3.1",\n  "idna==3.7",\n  "redis",\n]\nrequires-python = ">=3.11"\n'
    lock = 'version = 1\n[manifest]\nrequirements = [{ name = "flask" }]\n[[package]]\nname = "flask"\nversion = "3.0.3"\n'
    lock += 'source = { registry = "https://pypi.org/simple" }\n'
    for script in ("bin/deploy.py", "bin/deploy"):
        scripts = {f"{script}//header": script}
        alone = read_manifests({f"{script}//header": header, "bin/uv.lock": lock}, scripts=scripts)[f"{script}//header"]
        assert [(gap.name, gap.line) for gap in alone.gaps] == [("flask", 2), ("redis", 4)]
        assert all("uv lock --script" in gap.hint and "no lock file" in gap.reason for gap in alone.gaps)
        assert [(pin.name, pin.version, pin.line) for pin in alone.pins] == [("idna", "3.7", 3)]
        found = read_manifests({f"{script}//header": header, f"{script}.lock": lock}, scripts=scripts)
        assert [(gap.name, script in gap.reason) for gap in found[f"{script}//header"].gaps] == [("redis", True)]
        assert [(pin.name, pin.direct) for pin in found[f"{script}.lock"].pins] == [("flask", True)]
    project = '[project]\nname = "shop"\ndependencies = ["flask"]\n'
    assert read_manifests({"pyproject.toml": project, "tool.py.lock": lock})["pyproject.toml"].gaps


@pytest.mark.parametrize("text", ["dependencies = 3\n", "dependencies = [3]\n", "tool = 3\n", "[tool.uv]\nsources = 1\n", "x = \n"])
def test_a_malformed_header_is_one_gap(text: str) -> None:
    (gap,) = read_manifests({"a.py//header": text}, scripts={"a.py//header": "a.py"})["a.py//header"].gaps
    assert (gap.kind, gap.line <= 2) == (GapKind.UNPARSABLE, True)


CONFLICT = "<<<<<<< HEAD\ncontent-hash = 1\n=======\ncontent-hash = 2\n>>>>>>> main\n"


def test_a_conflict_in_another_table_of_a_lock_is_a_gap_there() -> None:
    poetry = '[[package]]\nname = "a"\nversion = "1"\n[package.dependencies]\nb = "*"\n[[package]]\nname = "b"\nversion = "2"\n'
    poetry += f'[extras]\nx = ["b"]\n[metadata]\nlock-version = "2.1"\n[metadata.files]\n{CONFLICT}'
    pdm = f'[metadata]\n{CONFLICT}[[package]]\nname = "a"\nversion = "1"\ndependencies = ["b"]\n'
    pdm += '[[package]]\nname = "b"\nversion = "2"\n'
    for path, text in (("poetry.lock", poetry), ("pdm.lock", pdm)):
        manifest = read_manifests({path: text})[path]
        assert [(pin.name, pin.via) for pin in manifest.pins] == [("a", ()), ("b", ("a",))]
        assert min(gap.line for gap in manifest.gaps if gap.line > 1) == text[: text.index("<<<")].count("\n") + 1


PIPFILE_CONFLICT = """\
{
    "_meta": {
        "hash": {
<<<<<<< HEAD
            "sha256": "1"
=======
            "sha256": "2"
>>>>>>> main
        },
        "sources": [{"name": "own", "url": "https://packages.example/simple"}]
    },
    "default": {
        "a": {"index": "own", "version": "==1"},
        "b": {
<<<<<<< HEAD
            "version": "==2"
=======
            "version": "==3"
>>>>>>> main
        },
        "c": {"version": "==4"}
    },
    "develop": {
        "d": {"version": "==5"},
        "local": {"path": "gone"}
    }
}
"""


def test_a_conflict_in_a_pipfile_lock_loses_what_it_is_in() -> None:
    manifest = read_manifests({"Pipfile.lock": PIPFILE_CONFLICT})["Pipfile.lock"]
    assert [(pin.name, pin.version, pin.line, pin.index) for pin in manifest.pins] == [
        ("a", "1", 13, "packages.example"),
        ("c", "4", 21, ""),
        ("d", "5", 24, ""),
    ]
    assert [(gap.kind, gap.line, gap.name) for gap in manifest.gaps] == [
        (GapKind.UNPARSABLE, 4, ""),
        (GapKind.UNPINNED, 25, "local"),
    ]

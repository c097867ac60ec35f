"""What taint found is asked for again only where the files that it depends on changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import pytest

from scangate.model import Confidence, Mitigation, Severity
from scangate.plugin import ScanContext, SourceFile
from scangate.tools import taint
from scangate.tools.taint_answers import Output
from tests.support.scan_harness import ScanHarness
from tests.support.taint_pairs import RULES, follow

APP = "from flask import request\nfrom shop import store\n\n\ndef find():\n    return store.find(wanted())\n"
WANTED = "\n\ndef wanted():\n    return request.args['x']\n"
STORE = "def find(x):\n    return eval(x)\n"
FILES = {
    "web/app.py": APP + WANTED,
    "web/shop/store.py": STORE,
    "web/other.py": "print(1)\n",
    "web/more.py": "def f(x):\n    return x\n",
}


class Memory:
    """A context that keeps values, and runs the engine within the test. ``runs``: for each run the number of its files."""

    def __init__(self, folder: Path) -> None:
        self.temp_folder = folder
        self.values: dict[str, bytes] = {}
        self.runs: list[int] = []

    def load_values(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        return {key: self.values[key] for key in keys if key in self.values}

    def save_values(self, values: Mapping[str, bytes], seconds: float) -> None:
        assert seconds > 0
        self.values |= values


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Memory:
    kept = Memory(tmp_path)

    def run(
        files: list[SourceFile], known: Mapping[str, bool], context: ScanContext, *, wants_sources_only: bool = False
    ) -> Output:
        del context
        texts = {source.path: source.read_bytes().decode() for source in files}
        if wants_sources_only:
            return Output(with_source=tuple(path for path, text in texts.items() if RULES.may_have_source(text)))
        kept.runs.append(len(files))
        assert all(may == RULES.may_have_source(texts[path]) for path, may in known.items())
        answer = follow(texts)
        used = [{"id": each["id"], "message": each["message"], "metadata": each["metadata"]} for each in RULES.documents]
        flows = [
            {
                "rule": used[flow.rule],
                "steps": [
                    {
                        "path": step.path,
                        "line": step.line,
                        "end_line": step.end_line,
                        "column": 1,
                        "end_column": 2,
                        "role": step.role.name.lower(),
                    }
                    for step in flow.steps
                ],
                "is_assumed": flow.is_assumed,
            }
            for flow in answer.flows
        ]
        return msgspec.convert({each: getattr(answer, each) for each in answer.__struct_fields__} | {"flows": flows}, Output)

    monkeypatch.setattr(taint, "_run", run)
    return kept


def places(memory: Memory, tmp_path: Path, files: Mapping[str, str]) -> list[tuple[str, int]]:
    """Where the scanner finds something in files."""
    folder = tmp_path / f"scan{len(list(tmp_path.iterdir()))}"
    _, sources = ScanHarness(folder).sources(files)
    reports = taint.scan(sources, taint.Options(), memory)  # type: ignore[arg-type]
    return [(each.location.path, each.location.line) for report in reports for each in report.findings]


def test_answer_is_kept_while_what_it_depends_on_is_the_same(memory: Memory, tmp_path: Path) -> None:
    found = [("web/shop/store.py", 2)]
    assert places(memory, tmp_path, FILES) == found
    assert places(memory, tmp_path, FILES) == found
    assert places(memory, tmp_path, FILES | {"web/other.py": "print(2)\n"}) == found
    assert places(memory, tmp_path, {path: text for path, text in FILES.items() if path != "web/other.py"}) == found
    assert places(memory, tmp_path, FILES | {"web/new.py": "print(2)\n"}) == found
    assert memory.runs == [4]
    assert not any(word in b"".join(memory.values.values()) for word in (b"web/", b"store.py", b"other"))


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"web/shop/store.py": STORE.replace("eval(x)", "x")}, []),
        ({"web/shop/store.py": f"\n{STORE}"}, [("web/shop/store.py", 3)]),
        ({"web/app.py": APP + WANTED.replace("request.args['x']", "'1'")}, []),
        ({"web/other.py": "from flask import request\neval(request.args['x'])\n"}, [("web/shop/store.py", 2), ("web/other.py", 2)]),
        (
            {"web/other.py": "from app import wanted\n\n\ndef g():\n    eval(wanted())\n"},
            [("web/shop/store.py", 2), ("web/other.py", 5)],
        ),
        ({"web/web/shop/store.py": "def find(x):\n    return x\n"}, [("web/shop/store.py", 2)]),
    ],
)
def test_answer_is_not_used_where_it_may_be_another(
    memory: Memory, tmp_path: Path, changed: Mapping[str, str], found: list[tuple[str, int]]
) -> None:
    places(memory, tmp_path, FILES)
    assert sorted(places(memory, tmp_path, {**FILES, **changed})) == sorted(found)
    assert len(memory.runs) == 2
    assert places(memory, tmp_path, FILES) == [("web/shop/store.py", 2)]
    assert len(memory.runs) == 2, "the first answer is still kept"


def test_finding_on_a_value_that_may_be_stored_data_is_lowered(memory: Memory, tmp_path: Path) -> None:
    body = "    x, store = request.args['x'], open_store()\n    eval(store.get_text(x))\n    eval(x)\n"
    text = f"from flask import request\n\n\ndef find():\n{body}"
    for name in ("first", "kept"):
        _, sources = ScanHarness(tmp_path / name).sources({"app.py": text})
        (report,) = taint.scan(sources, taint.Options(), memory)  # type: ignore[arg-type]
        looked_up, known = sorted(report.findings, key=lambda finding: finding.location.line)
        assert (looked_up.severity, looked_up.confidence) == (Severity.MEDIUM, Confidence.LOW)
        assert looked_up.mitigation is Mitigation.ASSUMED
        assert known.severity > Severity.MEDIUM
        assert known.mitigation is None
    assert memory.runs == [1]


def test_project_without_a_source_is_not_followed_again(memory: Memory, tmp_path: Path) -> None:
    files = {"a.py": "print(1)\n", "b.py": "print(2)\n"}
    assert places(memory, tmp_path, files) == []
    assert places(memory, tmp_path, files | {"b.py": "print(3)\n"}) == []
    assert memory.runs == [2]


BRANCHES = {
    "web/app.py": """\
import settings
from flask import request


class Task:
    def run(self, x):
        pass


def find(task: Task):
    if settings.DEBUG:
        eval(request.args["x"])
    task.run(request.args["x"])


def with_value(view):
    def wrapper():
        return view(request.args["x"])

    return wrapper
""",
    "web/settings.py": "DEBUG = False\n",
}


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("web/start.py", "import settings\nsettings.DEBUG = True\n", ("web/app.py", 12)),
        (
            "web/tasks.py",
            "from app import Task\n\n\nclass Own(Task):\n    def run(self, x):\n        eval(x)\n",
            ("web/tasks.py", 6),
        ),
        ("web/more.py", "from app import with_value\n\n\n@with_value\ndef f(x):\n    eval(x)\n", ("web/more.py", 6)),
    ],
)
def test_a_file_that_nobody_imports_may_change_the_answer(
    memory: Memory, tmp_path: Path, name: str, text: str, found: tuple[str, int]
) -> None:
    assert places(memory, tmp_path, BRANCHES) == []
    assert places(memory, tmp_path, {**BRANCHES, name: text}) == [found]
    assert places(memory, tmp_path, {**BRANCHES, name: "print(1)\n"}) == []
    assert places(memory, tmp_path, {**BRANCHES, name: text}) == [found]

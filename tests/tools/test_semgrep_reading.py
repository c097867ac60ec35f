"""semgrep loses no weak line in silence: what it would drop is read in another form, or is a gap."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scangate.model import GapKind, ScanStatus
from scangate.tools import semgrep
from tests.support.scan_harness import ScanHarness

CALL = 'os.system(request.args["x"])'
WEAK = f"{CALL}  # weak"
ENCODINGS = {"japanese.py": "shift_jis", "latin.py": "latin-1"}
UNREAD = "x = f'{*a, b}'\n" if sys.version_info < (3, 12) else "x = f'{a:{b:{c}}}'\n"
"""Syntax that semgrep's first parser does not know and that is not rewritten."""


def views(*bodies: str) -> str:
    """A module with a view for each body."""
    functions = "".join(f"def view{number}():\n    {body}\n" for number, body in enumerate(bodies))
    return f"import os\nfrom flask import request\n{functions}"


SYNTAX = (
    *("f = lambda *, key: key", "V: tuple[int, ...] = 1, 2, 3", 'for n in "a", *b: pass', "x: tuple[list[int], *Ts]", 'f"{a:=5}"'),
    *('f"{a:>=10}"', 'f"{a:{b!r}}"', "with (a, b) as c: pass", "match x,:\n    case _: pass", "x = 1 \f + 2", "x = a < f(b) < c"),
    *("y = [z for z in x if (\n    w := z)]", "x = {\n    y := 1}", "x = a[b,\n    *c]", "a @= b @ c", "x = lambda a=1, *, b: a"),
)
FILES = {
    "dead.py": views(
        f'try:\n        user = USERS[request.args["id"]]\n    except KeyError:\n        return {WEAK}',
        f'try:\n        return a["x"]\n    except A:\n        pass\n    {WEAK}',
        f"with suppress(A):\n        return f()\n    {WEAK}",
    ),
    **{
        f"syntax{number:02}.py": f"{line}\n{views(WEAK)}os.system(f\"a {{request.args['x']}}\")  # weak\n"
        for number, line in enumerate(SYNTAX)
    },
    "letters.py": views(
        "\uff45\uff56\uff41\uff4c(request.args['x'])  # weak", "os.s\U0001d432stem(r\u1d49quest.args['x'])  # weak"
    ),
    "japanese.py": "# coding: shift_jis\n" + views(f"a = '\u30bd\u80fd'; {WEAK}"),
    "latin.py": "# coding: latin-1\n" + views("x = '\u00e9'; ev\u00aal(request.args['x'])  # weak"),
    "layout.py": views(
        *('return str((eval(request.args["x"])))  # weak', '(exec(request.args["x"]))  # weak', 'eval (request.args["x"])  # weak'),
        *('(eval)((request.args["x"]))  # weak', '__builtins__.eval(request.args["x"])  # weak'),
        *("import builtins as b; b.exec(request.args['x'])  # weak", "return (eval(\n    request  # weak\n    .args['x']))"),
        "return exec((compile(request.args['x'], 'x', 'exec')))  # weak",
    ),
    "match.py": views(
        "match request.args['x'], 1:\n        case str() as q, _ if q:\n            os.system(q)  # weak",
        "match request.args:\n        case {'a': [q, *r], **s}:\n            os.system(r)  # weak\n            eval(s)  # weak",
        "match (request.args['x']):\n        case q if eval(q): pass  # weak\n        case C(a=q): return eval(q)  # weak",
        f"match x:\n        case 1:\n            with a: return {WEAK}\n        case _: pass\n    {WEAK}",
    ),
    "slices.py": views(
        *(
            f"return {CALL}[:100]  # weak",
            "return a[eval(request.args['x']):]  # weak",
            "os.system(request.args['x'].strip()[1:])  # weak",
        )
    ),
}


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    return ScanHarness(tmp_path)


def test_no_weak_line_is_lost(bench: ScanHarness) -> None:
    data: dict[str, bytes | str] = {path: text.encode(ENCODINGS.get(path, "utf-8")) for path, text in FILES.items()}
    result = bench.result(semgrep, data)
    assert not result.gaps
    assert result.status is ScanStatus.COMPLETE
    weak = {
        (path, number) for path, text in FILES.items() for number, line in enumerate(text.split("\n"), start=1) if "# weak" in line
    }
    places = [finding.location for finding in result.findings]
    assert weak - {(place.path, number) for place in places for number in range(place.line, place.end_line + 1)} == set()


def test_columns_are_those_of_the_file(bench: ScanHarness) -> None:
    head = "import os\nfrom flask import request\n"
    line = "a = '\u00e9'; ( os . \uff53ystem ) ( ( request.args['x'] ) )"
    tried = "try:\n    a = b[1]; os.system(request.args['x'])\nfinally: pass\n"
    result = bench.result(semgrep, {"a.py": f"{head}{line}\n", "b.py": f"{head}{tried}"})
    places = {finding.location.path: finding.location for finding in result.findings}
    assert (places["a.py"].line, places["a.py"].column) == (3, line.index("( request") + 1)
    assert places["a.py"].end_column == line.rindex(")")
    assert (places["b.py"].line, places["b.py"].column) == (4, tried.split("\n")[1].index("request") + 1)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"# coding: utf-7\n# +AAo-eval(input())\n", GapKind.ENCODING),
        (b"# coding: raw_unicode_escape\n# \\u000aeval(input())\n", GapKind.ENCODING),
        (f"\n\n\n{UNREAD}{views(CALL)}".encode(), GapKind.PARTIAL_PARSE),
    ],
)
def test_what_cannot_be_read_is_a_gap(bench: ScanHarness, data: bytes, kind: GapKind) -> None:
    (gap,) = bench.result(semgrep, {"a.py": data}).gaps
    assert gap.kind is kind
    assert kind is not GapKind.PARTIAL_PARSE or "line 4" in gap.reason


def test_files_are_probed_if_the_log_says_nothing(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, bytes | str] = {"a.py": UNREAD + views(CALL), "b.py": views(CALL)}
    usual = bench.result(semgrep, files)
    monkeypatch.setattr(semgrep, "ENVIRONMENT", {name: value for name, value in semgrep.ENVIRONMENT.items() if "LOG" not in name})
    silent = bench.result(semgrep, files)
    assert silent.findings == usual.findings
    kinds = [[(gap.path, gap.kind) for gap in result.gaps] for result in (usual, silent)]
    assert kinds == [[("a.py", GapKind.PARTIAL_PARSE)]] * 2


def test_the_log_of_the_installed_version_can_be_relied_on(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[object] = []
    parse = semgrep._parser_stops

    def noted(*arguments: object) -> object:
        answers.append(parse(*arguments))  # type: ignore[arg-type]
        return answers[-1]

    monkeypatch.setattr(semgrep, "_parser_stops", noted)
    bench.result(semgrep, {"a.py": views(CALL)})
    assert answers == [{}]


SENTINEL = "exn (Parsing_error.Syntax_error (/s.py:1:1 <1 bytes>)) with Pfff parser\n"


@pytest.mark.parametrize(
    ("stderr", "stops"),
    [
        ("", None),
        (SENTINEL, {}),
        (f"{SENTINEL}exn (Stack_overflow) with Pfff parser", None),
        (SENTINEL.replace("/s.py", "/a.py"), None),
        (SENTINEL + SENTINEL.replace("/s.py:1:1", "/a.py:3:2"), {"/a.py": (3, 2)}),
    ],
)
def test_the_log_is_believed_as_a_whole(stderr: str, stops: object) -> None:
    assert semgrep._parser_stops(stderr, "/s.py", {"/a.py", "/b.py"}) == stops

"""Request data is followed through functions and files: in weak projects to the sink, in safe ones to nothing."""

from __future__ import annotations

import tracemalloc

import pytest

from scangate.taint.request_flows import Answer
from scangate.taint.values import StepRole
from tests.support.taint_pairs import PAIRS, RULES, expected, follow, found, read_pair

NAMES = sorted(file.stem for file in PAIRS.glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_weak_project_is_found(name: str) -> None:
    files = read_pair(name)["weak"]
    assert expected(files)
    answer = follow(files)
    assert found(answer) == expected(files)
    assert (answer.unparsable, answer.unfinished) == ((), ())


@pytest.mark.parametrize("name", NAMES)
def test_safe_project_is_not(name: str) -> None:
    files = read_pair(name)["safe"]
    assert not expected(files)
    assert said(follow(files)) == ((), (), ())


def said(answer: Answer) -> tuple[object, ...]:
    return answer.flows, answer.unparsable, answer.unfinished


def test_every_clause_of_the_rules_is_understood() -> None:
    assert RULES.not_understood == ()
    assert len(RULES.documents) >= 11


def test_steps_lead_from_the_request_to_the_sink() -> None:
    flow = follow(read_pair("flask-five-calls")["weak"]).flows[0]
    assert [(step.role, step.path) for step in flow.steps] == [
        (StepRole.SOURCE, "shop/app.py"),
        (StepRole.CALL, "shop/app.py"),
        (StepRole.CALL, "shop/service.py"),
        (StepRole.CALL, "shop/service.py"),
        (StepRole.CALL, "shop/store.py"),
        (StepRole.CALL, "shop/database.py"),
        (StepRole.SINK, "shop/database.py"),
    ]


def test_function_that_is_too_much_code_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scangate.taint.engine.MAX_STEPS_OF_ROOT", 5)
    assert said(follow(read_pair("flask-same-file")["weak"])) == ((), (), ("app.py",))


def test_file_that_is_needed_and_cannot_be_parsed_is_named() -> None:
    files = {**read_pair("creator-of-taint")["weak"], "unused.py": "def (:\n", "site/login.py": "wanted_page(\n"}
    assert said(follow(files)) == ((), ("site/login.py",), ())


def test_project_without_requests_is_not_parsed() -> None:
    assert follow({"a.py": "def (:\n", "b.py": "print(1)\n"}) == Answer(())


@pytest.mark.parametrize("text", ["'%300000000d' % 1", "'%*d' % (300000000, 1)", "b'%300000000d' % 1", "'ab' * 300000000"])
def test_constant_that_would_be_long_is_not_computed(text: str) -> None:
    files = {"app.py": f"from flask import request\ndef f():\n    x = {text}\n    return eval(request.args['a'])\n"}
    tracemalloc.start()
    try:
        follow(files)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


SAFE = {
    "looked up by a key of the request": (
        "from flask_restful import Resource\nclass W(Resource):\n"
        "    def get(self, uuid):\n        return open(self.store.get(uuid)).read()\n"
    ),
    "looked up in a variable of the function around it": (
        "from flask import Flask\ndef make(store, app):\n    @app.route('/x/<uuid>')\n"
        "    def v(uuid):\n        return open(store.data['w'].get(uuid).path).read()\n"
    ),
    "one of two kinds of known values": (
        "from flask import request\nKNOWN = {'a', 'b'}\ndef v():\n    x = request.args['x']\n"
        "    if x != 'all' and x not in KNOWN:\n        return ''\n    return eval(x)\n"
    ),
}


@pytest.mark.parametrize("text", SAFE.values(), ids=SAFE.keys())
def test_value_that_is_not_of_the_request(text: str) -> None:
    assert follow({"app.py": text}).flows == ()


def test_one_known_value_among_others_says_nothing() -> None:
    text = SAFE["one of two kinds of known values"].replace("x not in KNOWN", "len(x) > 3")
    assert len(follow({"app.py": text}).flows) == 1


LOOKED_UP = """import os

from flask import request


def look_up():
    store = open_store()
    os.system(store.get_line(request.args["name"]))


def convert(store):
    os.system(store.shorten(request.args["name"]))


def either(saved):
    store = open_store()
    name = request.args["name"]
    os.system(store.get_line(name) if saved else name)


def pass_on():
    store = open_store()
    run(store.get_line(request.args["name"]))


def run(line):
    os.system(line)


class Job:
    def __init__(self, name):
        self.name = name


def work(queue):
    job = Job(request.args["name"])
    os.system(queue.folder_of(job))
    os.system(queue.folder_of(job.name))
"""


def test_value_that_an_unknown_method_looks_up_is_assumed() -> None:
    flows = follow({"app.py": LOOKED_UP}).flows
    places = {flow.steps[-1].line: flow.is_assumed for flow in flows}
    assert places == {8: True, 12: False, 18: False, 27: True, 37: True, 38: False}

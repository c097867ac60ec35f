"""Neither the layout of a call nor another name for a built-in function hides where request data ends up."""

from __future__ import annotations

import ast

import pytest

from scangate.python_builtins import use_builtin_names
from scangate.taint.call_text import Places, write_calls_plainly
from tests.support.taint_pairs import follow

HEAD = "import builtins as b\nimport os\nfrom builtins import eval as run\nfrom flask import request\n\n\ndef view():\n"
CALLS = {
    "plain": "return eval(request.args['x'])",
    "blank": "return eval (request.args['x'])",
    "blank and line end": "return eval \\\n  (request.args['x'])",
    "line end in parentheses": "return (eval\n    (\n  request.args['x']))",
    "parentheses": "return (eval)((request.args)['x'])",
    "comment": "return (eval # a comment (\n  (request.args['x']))",
    "attribute": "return b.eval(request.args['x'])",
    "attribute with blanks": "return b . eval (\n        request.args['x'])",
    "getattr": "e = getattr(b, 'eval')\n    return e(request.args['x'])",
    "other name": "f = eval\n    return f(request.args['x'])",
    "other name by import": "return run(request.args['x'])",
    "letters outside ASCII before it": "return 'ä' + eval (request.args['x'])",
    "mapping": "return __builtins__['eval'](request.args['x'])",
    "after a line separator in a text": "t = '\u2028 \x0b \x85'\n\x0c    return eval(request.args['x'])",
    "two in a line": "return (len)(eval (request.args['x'])), os . getpid ()",
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_evaluated_request_data_is_found(call: str) -> None:
    text = f"{HEAD}    {call}\n"
    (flow,) = follow({"app.py": text}).flows
    source = text[: text.index("request.args")] if "request.args" in text else ""
    assert source.count("\n") + 1 == flow.steps[0].line


@pytest.mark.parametrize("call", ["return b.len(request.args['x'])", "eval = len\n    return eval(request.args['x'])"])
def test_other_function_is_not_taken_for_it(call: str) -> None:
    assert follow({"app.py": f"{HEAD}    {call}\n"}).flows == ()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a (1)\n", "a( 1)\n"),
        ("(a)(1)\n", "a(  1)\n"),
        ("x . y (1)\n", "x.y(   1)\n"),
        ("é = a\\\n (1)\n", "é = a(   1)\n"),
        ("run(x)\n", "run(x)\n"),
        ("run ()\n", "run() \n"),
        ("run( )\n", "run() \n"),
        ("(run)(# a\n)\n", "run()      \n"),
        ("a\n", "a\n"),
    ],
)
def test_called_name_is_followed_by_its_parenthesis(text: str, plain: str) -> None:
    assert write_calls_plainly(text, ast.parse(text), Places(text)) == plain


def test_tree_without_another_name_stays_as_it_is() -> None:
    text = "def eval(x):\n    return x\nf = max\nf(1)\nf = 2\n"
    assert ast.dump(use_builtin_names(ast.parse(text), text)) == ast.dump(ast.parse(text))

"""Evaluates CloudWatch's metric math; supports the functions that the dashboard uses.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import ast
import itertools
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["MetricChart", "Series"]

Series = Mapping[int, float]  # by the number of the period; what is not in it has no value
OPERATORS: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
}


@dataclass(frozen=True)
class MetricChart:
    """``periods`` periods of ``seconds`` each, and the series that expressions name by their ids."""

    seconds: int
    periods: int
    known: Mapping[str, Series]

    def evaluate(self, expression: str) -> Series:
        """The series of an expression."""
        found: Series | float = self._value(ast.parse(expression, mode="eval").body)
        assert not isinstance(found, float), "an expression must come to a series: a number alone cannot be shown"
        return found

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant):
            return float(node.value)  # type: ignore[arg-type]
        if isinstance(node, ast.Name):
            return self.known[node.id]
        if isinstance(node, ast.BinOp):
            return _both(OPERATORS[type(node.op)], self._value(node.left), self._value(node.right))
        if isinstance(node, ast.Compare):
            ((act,), (right,)) = node.ops, node.comparators
            return _both(OPERATORS[type(act)], self._value(node.left), self._value(right))
        assert isinstance(node, ast.Call), ast.dump(node)
        assert isinstance(node.func, ast.Name)
        return getattr(self, f"_{node.func.id.lower()}")(*node.args)

    def _fill(self, node: ast.expr, how: ast.expr) -> Series:
        """Gaps filled with a number, or with the value before; where there is no value at all nothing is filled."""
        series: Series = self._value(node)
        filled: dict[int, float] = {}
        for at in range(self.periods) if series else ():
            if at in series:
                filled[at] = series[at]
            elif not (isinstance(how, ast.Name) and how.id == "REPEAT"):
                filled[at] = self._value(how)
            elif at - 1 in filled:
                filled[at] = filled[at - 1]
        return filled

    def _diff(self, node: ast.expr) -> Series:
        series: Series = self._value(node)
        return {after: series[after] - series[before] for before, after in itertools.pairwise(sorted(series))}

    def _running_sum(self, node: ast.expr) -> Series:
        series: Series = self._value(node)
        return dict(zip(sorted(series), itertools.accumulate(series[at] for at in sorted(series)), strict=True))

    def _if(self, node: ast.expr, *either: ast.expr) -> Series:
        series: Series = self._value(node)
        yes, no = map(self._value, either)
        return {at: yes if value else no for at, value in series.items()}

    def _period(self, node: ast.expr) -> float:
        self._value(node)
        return float(self.seconds)


def _both(act: Callable[[float, float], float], left: Any, right: Any) -> Any:
    """Period by period, where both have a value; a division by zero leaves none."""
    if isinstance(left, float) and isinstance(right, float):
        return float(act(left, right))
    periods = (left if isinstance(right, float) else right if isinstance(left, float) else left.keys() & right.keys()) or ()
    made: dict[int, float] = {}
    for at in sorted(periods):
        one, other = (each if isinstance(each, float) else each[at] for each in (left, right))
        if act is not operator.truediv or other:
            made[at] = float(act(one, other))
    return made

"""Formulas: equal ones are one, what ranges decide is decided, and blocks give what numbers give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from txc.compiler import sym
from txc.tuner.features.formula import Formulas, Node, at_most, below, floor, least, most, pick, range_of
from txc.tuner.features.program import Program

RANGES = {"x": (1.0, 9.0), "y": (2.0, 5.0)}
X, Y = sym.Hole("x"), sym.Hole("y")


def exprs() -> st.SearchStrategy[sym.Int]:
    """Symbolic integers over x and y, divisors positive."""
    leaf = st.sampled_from([X, Y]) | st.integers(1, 7)
    kinds = st.sampled_from(["+", "*", "//", "ceil", "min", "max"])
    return st.recursive(leaf, lambda inner: st.builds(_operation, kinds, inner, inner), max_leaves=8)


def _operation(kind: str, left: sym.Int, right: sym.Int) -> sym.Int:
    make = {"+": sym.add, "*": sym.multiply, "//": sym.floor_divide, "ceil": sym.ceil_divide,
            "min": sym.minimum, "max": sym.maximum}
    return make[kind](left, sym.maximum(right, 1) if kind in ("//", "ceil") else right)


@given(st.lists(exprs(), min_size=1, max_size=4))
def test_programs_evaluate_what_symbols_say(values: list[sym.Int]) -> None:
    """Every row of every column, however columns are shared; and no value is outside its node's range."""
    formulas = Formulas(RANGES)
    holes = {"x": np.arange(1, 10), "y": np.arange(9) % 4 + 2}
    numbers = [formulas.of(value) for value in values]
    program = Program([n for n in numbers if isinstance(n, Node)], 16)
    columns = program.run(holes, 9)
    results = iter(program.results)
    for number, value in zip(numbers, values, strict=True):
        expected = np.broadcast_to(sym.evaluate(value, holes), (9,))
        got = columns[next(results)] if isinstance(number, Node) else np.full(9, number)
        np.testing.assert_array_equal(got, expected)
        low, high = range_of(number)
        assert (low <= expected).all() and (expected <= high).all()


def test_equal_formulas_are_one_node() -> None:
    """However they were made."""
    formulas = Formulas(RANGES)
    assert formulas.of(sym.multiply(X, Y)) is formulas.of(X) * formulas.of(Y)


def test_ranges_decide_comparisons() -> None:
    """What cannot be otherwise takes no operation."""
    formulas = Formulas(RANGES)
    x, y = formulas.of(X), formulas.of(Y)
    assert (below(0.0, x), below(y, 2.0), at_most(x, 9.0)) == (1.0, 0.0, 1.0)
    assert least(y, 7.0) is y
    assert most(y, 7.0) == 7.0
    assert isinstance(below(x, y), Node)
    assert floor(y / 6.0) == 0.0


def test_picks_choose_row_by_row() -> None:
    """Either side, where the condition says so."""
    formulas = Formulas(RANGES)
    x = formulas.of(X)
    made = pick(below(x, 4.0), x * 10.0, 1e18)
    assert isinstance(made, Node)
    program = Program([made], 4)
    assert program.run({"x": np.array([3, 4])}, 2)[program.results[0]].tolist() == pytest.approx([30, 1e18])

"""Symbolic integers: the same value from numbers, from columns and from what is substituted; bounds
enclose."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from txc.compiler import sym
from txc.compiler.sym import Hole

HOLES = ("a", "b", "c")
MAKERS = (sym.add, sym.multiply, sym.minimum, sym.maximum, sym.ceil_divide, sym.floor_divide)
atoms: st.SearchStrategy[sym.Int] = st.integers(1, 9) | st.sampled_from([Hole(n) for n in HOLES])


def _larger(inner: st.SearchStrategy[sym.Int]) -> st.SearchStrategy[sym.Int]:
    return st.builds(lambda make, left, right: make(left, right), st.sampled_from(MAKERS[:4]), inner, inner) \
        | st.builds(lambda make, left, right: make(left, right), st.sampled_from(MAKERS[4:]), inner, atoms) \
        | st.builds(lambda left: sym.subtract(sym.add(left, 2), 1), inner)


values: st.SearchStrategy[sym.Int] = st.recursive(atoms, _larger, max_leaves=8)
rows = st.fixed_dictionaries({name: st.integers(1, 7) for name in HOLES})


@given(values, st.lists(rows, min_size=1, max_size=5))
def test_columns_give_what_numbers_give(value: sym.Int, many: list[dict[str, int]]) -> None:
    """One evaluation over columns is one evaluation a row, and substituting numbers leaves a number."""
    columns = {name: np.array([row[name] for row in many]) for name in HOLES}
    together = np.broadcast_to(sym.evaluate(value, columns), (len(many),))
    for row, expected in zip(many, together, strict=True):
        assert sym.evaluate(value, row) == expected == sym.substitute(value, row)


@given(values, rows)
def test_bounds_enclose(value: sym.Int, row: dict[str, int]) -> None:
    """A value lies within the bounds for the ranges of its holes."""
    low, high = sym.bounds(value, dict.fromkeys(HOLES, (1, 7)))
    assert low <= sym.evaluate(value, row) <= high
    assert set(sym.holes_of(value)) <= set(HOLES)


def test_numbers_are_gathered() -> None:
    """What adds up to nothing is nothing, so that equal extents are equal values."""
    i = Hole("i")
    assert sym.add(1, sym.subtract(i, 1)) == i == sym.maximum(0, i) == sym.product([1, i])
    assert sym.subtract(sym.add(i, 3), 1) == sym.add(2, i)
    assert sym.ceil_divide(i, i) == 1 == sym.ceil_divide(1, 1)


def test_text() -> None:
    """It prints as arithmetic."""
    i = Hole("i")
    assert str(sym.ceil_divide(sym.subtract(i, 1), 4)) == "ceildiv((i - 1), 4)"
    assert str(sym.minimum(sym.multiply(i, 2), sym.floor_divide(i, 3))) == "min((i * 2), (i // 3))"

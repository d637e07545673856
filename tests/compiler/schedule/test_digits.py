"""Layouts as digits: what passes the check tells all elements apart, and fits the shape."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from txc.compiler import sym
from txc.compiler.schedule.digits import Digit, Layout, Subscript, Term, chained, descending, digits_of, needs

EXTENTS = (7, 5)


def position(layout: Layout, index: tuple[int, ...]) -> tuple[int, ...]:
    """Where an element stands, by the definition."""
    def value(digit: Digit) -> int:
        left = index[digit.axis] // int(sym.evaluate(digit.divisor, {}))
        return left if digit.modulus is None else left % int(sym.evaluate(digit.modulus, {}))

    return tuple(sum(value(t.digit) * int(sym.evaluate(t.stride, {})) for t in s.terms)
                 + int(sym.evaluate(s.offset, {})) for s in layout.subscripts)


def is_fine(layout: Layout) -> bool:
    """Whether the check lets a layout pass."""
    whole = all(len(chained(digits)[0]) == len(digits) for digits in (digits_of(layout, k) for k in range(2)))
    return whole and all(sym.evaluate(n.small, {}) <= sym.evaluate(n.large, {})
                         for n in needs(layout, ("i", "j"), EXTENTS))


DIGITS = st.builds(Digit, st.integers(0, 1), st.sampled_from((1, 2, 4)), st.sampled_from((None, 2, 4)))
TERMS = st.lists(st.builds(Term, DIGITS, st.sampled_from((1, 2, 5, 8))), min_size=1, max_size=2)
LAYOUTS = st.lists(st.builds(lambda terms, offset: descending(Subscript(tuple(terms), offset)), TERMS,
                             st.integers(0, 2)), min_size=1, max_size=4)


@given(LAYOUTS)
def test_a_layout_that_passes_is_one_to_one(subscripts: list[Subscript]) -> None:
    """All elements stand at different places inside the shape."""
    layout = Layout(tuple(subscripts))
    if is_fine(layout):
        places = {position(layout, index) for index in product(*map(range, EXTENTS))}
        assert len(places) == EXTENTS[0] * EXTENTS[1]
        shape = layout.shape(EXTENTS)
        for d in range(len(shape)):
            assert max(place[d] for place in places) == sym.evaluate(shape[d], {}) - 1


@pytest.mark.parametrize(("subscripts", "fine"), [
    ([[(0, 1, None, 1)], [(1, 1, None, 1)]], True),
    ([[(0, 1, None, 5), (1, 1, None, 1)]], True),
    ([[(0, 1, None, 4), (1, 1, None, 1)]], False),
    ([[(1, 4, None, 1)], [(0, 1, None, 1)], [(1, 1, 4, 1)]], True),
    ([[(1, 4, None, 1)], [(0, 1, None, 1)], [(1, 1, 2, 1)]], False),
    ([[(0, 1, None, 1)], [(1, 1, 4, 1)]], False),
    ([[(0, 1, None, 1)]], False),
])
def test_known_layouts(subscripts: list[list[tuple[int, int, int | None, int]]], fine: bool) -> None:
    """Permutations, sums with strides, digits that are missing or overlap."""
    layout = Layout(tuple(Subscript(tuple(Term(Digit(a, d, m), s) for a, d, m, s in terms))
                          for terms in subscripts))
    assert is_fine(layout) == fine


def test_symbols() -> None:
    """Holes stay in shapes until numbers are there."""
    w = sym.Hole("w")
    layout = Layout((Subscript((Term(Digit(0, w)),)), Subscript((Term(Digit(0, 1, w)),))))
    assert layout.evaluate({"w": 3}).shape((7,)) == (3, 3)
    assert [sym.evaluate(e, {"w": 3}) for e in layout.shape((7,))] == [3, 3]

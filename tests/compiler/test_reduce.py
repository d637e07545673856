"""Reducers of the reference: tolerances that they pass on and add."""

import numpy as np
import pytest
from txc.compiler.bounded import Bounded
from txc.compiler.reduce import Logical, accumulator
from txc.dsl.dtypes import BOOL, F32, I32, DType


def reduce(reducer: str, values: list[float], tolerances: list[float], dtype: DType = F32) -> Bounded:
    """One reduction of a vector, a term at a time; sums are allowed 10·eps·Σ|terms|."""
    result = accumulator(reducer, dtype, I32, 10)
    for _ in result.passes():
        for n, (v, t) in enumerate(zip(values, tolerances, strict=True)):
            result.add(np.array([v]), np.array([t]), np.array([n]))
    return result.result()


def test_sums_of_small_integers_are_exact_in_any_order() -> None:
    """No tolerance while Σ|terms| is an integer that f32 holds, even where the sum itself is small."""
    assert reduce("sum", [2.0**22, -(2.0**22), 1], [0, 0, 0]).tolerance == 0
    assert reduce("sum", [2.0**24, -(2.0**24), 1], [0, 0, 0]).tolerance > 0
    assert reduce("sum", [0.5, 1, 1], [0, 0, 0]).tolerance == pytest.approx(10 * 2.0**-23 * 2.5)


def test_sums_pass_on_the_tolerances_of_their_terms() -> None:
    """All of them add up."""
    assert reduce("sum", [1, 2], [0.5, 0.25]).tolerance == 0.75


def test_products() -> None:
    """A product reaches as far as the product of what its factors reach."""
    assert reduce("prod", [2, 3, 4], [0, 0, 0]).tolerance == 0
    assert reduce("prod", [2, 3], [0.5, 0]).tolerance == pytest.approx(1.5)
    assert reduce("prod", [0.1, 0.3], [0, 0]).tolerance == pytest.approx(10 * 2.0**-23 * 0.03)


def test_extremes_move_no_farther_than_their_terms() -> None:
    """The tolerance of min and max is the largest of the terms'."""
    result = reduce("max", [1, 5, 3], [0.1, 0.2, 0.3])
    assert (result.value, result.tolerance) == (5, 0.3)


@pytest.mark.parametrize(("reducer", "values", "tolerances", "wanted"), [
    ("any", [True, False], [0, 1], (True, 0)), ("any", [False, False], [0, 1], (False, 1)),
    ("all", [False, True], [0, 1], (False, 0)), ("all", [True, True], [1, 0], (True, 1))])
def test_open_terms_decide_only_where_no_certain_one_does(
    reducer: str, values: list[bool], tolerances: list[float], wanted: tuple[bool, float]
) -> None:
    """any is true for certain with one certain true term, all false with one certain false one."""
    result = accumulator(reducer, BOOL, BOOL, 0)
    assert isinstance(result, Logical)
    result.add(np.array(values), np.array(tolerances), np.arange(2))
    assert (result.result().value, result.result().tolerance) == wanted


def test_places_see_all_terms_twice_only_if_inexact() -> None:
    """Candidates within reach of the best are looked for in a second pass."""
    assert reduce("argmin", [3, 1, 2], [0, 0, 0]).tolerance == 0
    result = reduce("argmin", [1.1, 1, 2, 1.05], [0.1, 0.1, 0.1, 0.1])
    assert (result.value, result.tolerance) == (1, 2)

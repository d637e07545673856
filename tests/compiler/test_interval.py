"""What lies within an interval is right, and hardly anything else is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from txc.compiler.bounded import Bounded
from txc.compiler.interval import interval
from txc.compiler.numerics import Array, compute_type, interface_type, store
from txc.compiler.verify import compare
from txc.dsl.dtypes import BF16, BOOL, DTYPES, F16, F32, I8, I64, U8, DType
from txc.dsl.typed import Tensor

SIZE = 5
TOLERANCES = st.sampled_from([0.0, 1e-7, 1e-3, 0.5, 1.0, 2.5, 1e30, float("inf")])


@st.composite
def trials(draw: st.DrawFn) -> tuple[Tensor, Bounded, Array]:
    """An output, what is expected of it, and what a kernel may have made of it."""
    dtype = draw(st.sampled_from(list(DTYPES.values())))
    expected = draw(arrays.arrays(compute_type(dtype), SIZE))
    tolerance = np.array(draw(st.lists(TOLERANCES, min_size=SIZE, max_size=SIZE)))
    if draw(st.booleans()):
        got = draw(arrays.arrays(interface_type(dtype), SIZE))
    else:
        got = store(expected, dtype)
    return Tensor("t", dtype, (SIZE,)), Bounded(expected, tolerance), got


@given(trials())
def test_what_lies_within_is_right(trial: tuple[Tensor, Bounded, Array]):
    tensor, expected, got = trial
    if interval(tensor, expected).holds(got):
        assert compare(tensor, expected, got).ok


@pytest.mark.parametrize(("dtype", "tolerance", "within", "beyond"), [
    (F32, 0.0, [1.0], [1.0 + 2**-23, 1.0 - 2**-24]),
    (F32, 2**-23, [1.0, 1.0 + 2**-23, 1.0 - 2**-23], [1.0 + 2**-22, np.nan, np.inf]),
    (F16, 2**-10, [1.0 + 2**-10], [1.0 + 2**-9]),
    (BF16, 2**-7, [1.0 + 2**-7], [1.0 + 2**-6]),
    (F32, np.inf, [1.0, 1e30, np.inf], []),
    (I8, 2.5, [-1, 3], [-2, 4]),
    (U8, 1e9, [0, 255], []),
    (I64, 0.0, [1], [0, 2]),
    (BOOL, 0.0, [True], [False]),
    (BOOL, 1.0, [True, False], []),
])
def test_the_ends_are_where_the_tolerance_is(dtype: DType, tolerance: float, within: list, beyond: list):
    expected = Bounded(np.ones(1, compute_type(dtype)), np.array([tolerance]))
    found = interval(Tensor("t", dtype, (1,)), expected)
    inside = [v for v in (*within, *beyond) if found.holds(store(np.array([v], compute_type(dtype)), dtype))]
    assert inside == within


def test_a_bool_that_is_neither_0_nor_1_is_not_within():
    found = interval(Tensor("t", BOOL, (1,)), Bounded(np.array([True]), np.array([1.0])))
    assert not found.holds(np.array([2], np.uint8).view(np.bool_))


def test_equal_infinities_are_within():
    found = interval(Tensor("t", F32, (2,)), Bounded(np.array([np.inf, -np.inf]), np.zeros(2)))
    assert found.holds(np.array([np.inf, -np.inf], np.float32))
    assert not found.holds(np.array([-np.inf, -np.inf], np.float32))

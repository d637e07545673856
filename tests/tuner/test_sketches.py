"""The space of several sketches: rows of each, limits, tails, and one form for equal candidates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.derived import random_rows, space_of
from support.kernels import dag
from support.scheduled import TARGET
from txc.compiler.schedule.errors import ScheduleError
from txc.dsl.parser import parse_directives
from txc.tuner.population import sample
from txc.tuner.sketch import MOST_TAILS, Limit, Parts, Sketch
from txc.tuner.sketches import SketchSpace
from txc.tuner.space import Matrix

KERNEL = dag("""kernel f[M = 12, N = 20, K = 6](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
    D[i, j] = max(C[i, j], 0)
}""")
SPACE = space_of(KERNEL, TARGET)
SPLIT = "split D.i: [i0, i1: 1..12, i2: 1..12]"


def space(text: str, *limits: Limit, parts: tuple[Parts, ...] = ()) -> SketchSpace:
    return SketchSpace(KERNEL, [Sketch(parse_directives(text), limits, parts)], TARGET)


def rows(*values: tuple[int, ...]) -> Matrix:
    return np.array(values, np.int64)


@given(st.integers(0, 1 << 30))
def test_parts_and_join_are_inverse_on_canonical_rows(seed: int):
    """Every row is in one part, and comes back from it."""
    matrix = SPACE.canonical(sample(SPACE, 64, np.random.default_rng(seed)))
    again = np.full_like(matrix, -1)
    for number, positions, own in SPACE.parts(matrix):
        assert own.shape[1] == len(SPACE.templates[number].columns)
        again[positions] = SPACE.join(number, own)
    assert (again == matrix).all()


@given(st.integers(0, 1 << 30))
def test_canonical_rows_stay_what_they_are_and_only_they_are_valid(seed: int):
    matrix = sample(SPACE, 256, np.random.default_rng(seed))
    canonical = SPACE.canonical(matrix)
    assert (SPACE.canonical(canonical) == canonical).all()
    ok = SPACE.valid(matrix)
    assert (matrix[ok] == canonical[ok]).all()


@given(st.integers(0, len(SPACE.sketches) - 1), st.integers(0, 1 << 30))
def test_valid_rows_lower(number: int, seed: int):
    for row in random_rows(SPACE, number, 2, seed).tolist():
        assert SPACE.number(tuple(row)) == number
        assert SPACE.lower(tuple(row)).body
        assert SketchSpace(KERNEL, [Sketch(SPACE.fill(tuple(row)))], TARGET).columns == ()


def test_one_sketch_has_no_column_of_its_own():
    assert [column.name for column in space(SPLIT).columns] == ["D.i.i1", "D.i.i2"]
    assert SPACE.columns[0].name == "sketch"


def test_columns_of_one_name_are_united_over_their_values():
    texts = "split D.i: [i0, i1: {2, 4}]", "split D.i: [i0, i1: {3, 4}]"
    both = SketchSpace(KERNEL, [Sketch(parse_directives(t)) for t in texts], TARGET)
    assert both.columns[1].values == (2, 3, 4)
    assert both.valid(rows((0, 2), (0, 3), (1, 3), (1, 2))).tolist() == [True, False, True, False]


def test_limits_bound_products():
    limited = space(SPLIT, Limit(("D.i.i1", "D.i.i2"), 4, 6, "for the test"))
    assert limited.valid(rows((1, 3), (1, 4), (2, 3), (2, 4))).tolist() == [False, True, True, False]


def test_copies_in_tasks_and_code_that_is_written_out_are_bounded():
    """A packed panel has 6 rows; a register tile is written out as often as it has rows."""
    packed = "split D.j: [j0, j1: 8..16]\norder D: j0 i j1\ncompute C at D.j0\n" \
             "cache_read B as Bp for C\ncompute Bp at D.j0"
    small = SketchSpace(KERNEL, [Sketch(parse_directives(packed), panel=6 * 12 * 4)], TARGET)
    assert small.valid(rows((8,), (12,), (13,))).tolist() == [False, False, False]   # C's tile has 12 rows
    larger = SketchSpace(KERNEL, [Sketch(parse_directives(packed), panel=12 * 12 * 4)], TARGET)
    assert larger.valid(rows((8,), (12,), (13,))).tolist() == [True, True, False]
    unrolled = Sketch(parse_directives("split D.i: [i0, i1: 1..12]\nunroll D.i1"), copies=8)
    made = SketchSpace(KERNEL, [unrolled], TARGET).valid(rows((1,), (2,), (12,)))
    assert made[0]
    assert not made[2]


def test_columns_that_a_sketch_does_not_have_count_as_one():
    limited = space(SPLIT, Limit(("D.i.i2", "no.such.column"), 4, 4, "for the test"))
    assert limited.valid(rows((1, 4), (1, 3))).tolist() == [True, False]


@pytest.mark.parametrize(("inner", "tail"), [
    ((3, 4), False), ((1, 5), True), ((2, 4), True), ((2, 5), True), ((3, 3), True),
])
def test_tails_are_counted(inner: tuple[int, int], tail: bool):
    """Of 12 points, parts of 5 leave 2; parts of 2 x 4 leave a tile that is a part by itself."""
    one = Parts(12, (), ("D.i.i1", "D.i.i2"))
    assert space(SPLIT, parts=(one,) * MOST_TAILS).valid(rows(inner)).all()
    assert space(SPLIT, parts=(one,) * (MOST_TAILS + 1)).valid(rows(inner)).tolist() == [not tail]


def test_the_default_is_of_the_first_sketch_with_a_valid_one():
    never = Sketch(parse_directives(SPLIT), (Limit(("D.i.i1",), 100, 200, "never"),))
    both = SketchSpace(KERNEL, [never, Sketch(parse_directives("unroll D: {0, 16}"))], TARGET)
    assert both.number(both.default_row()) == 1
    with pytest.raises(ScheduleError, match="S417"):
        SketchSpace(KERNEL, [never], TARGET).default_row()


def test_the_hash_is_of_all_sketches_in_their_order():
    one, other = Sketch(parse_directives(SPLIT)), Sketch(parse_directives("unroll D: {0, 16}"))
    hashes = {SketchSpace(KERNEL, sketches, TARGET).hash
              for sketches in ([one], [other], [one, other], [other, one])}
    assert len(hashes) == 4

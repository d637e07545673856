"""`split`: tiles, tails, parts larger than the loop, parts of parts. Every nest is run against the
reference."""

import pytest
from support.kernels import dag
from support.scheduled import check_nest, nest_of, shown, state_of
from txc.compiler.schedule.state import count

COPY = "kernel f[N = {n}](A: f32[N]) -> (D: f32[N]) {{ D[i] = A[i] }}"
SUM = "kernel f[N = {n}](A: f32[N]) -> (s: f32) {{ s = sum[i](A[i]) }}"


def copy(n: int):
    return dag(COPY.format(n=n))


@pytest.mark.parametrize(("name", "n", "parts"), [
    ("divides", 24, "i0, i1: 8"),
    ("tail", 23, "i0, i1: 8"),
    ("larger", 7, "i0, i1: 16"),
    ("exact", 8, "i0, i1: 8"),
    ("all_sized", 23, "i0: 3, i1: 8"),
    ("middle_derived", 23, "i0: 2, i1, i2: 3"),
    ("inner_derived", 23, "i0: 4, i1"),
    ("nested_tails", 23, "i0, i1: 2, i2: 5"),
])
def test_golden(golden, name: str, n: int, parts: str):
    """Full tiles are loops without guards, the rest is a nest of its own."""
    golden(f"schedule/split/{name}.txt", shown(copy(n), f"split D.i: [{parts}]"))


def test_parts_of_parts(golden):
    """The tile of an inner split divides that of the outer one, with tails at both levels."""
    golden("schedule/split/parts_of_parts.txt",
           shown(copy(23), "split D.i: [i0, i1: 10] split D.i1: [i2, i3: 4]"))


def test_reduction(golden):
    """The accumulator is set once, before the full tiles and the tail."""
    golden("schedule/split/reduction.txt", shown(dag(SUM.format(n=11)), "split s.i: [i0, i1: 4]"))


@pytest.mark.parametrize("n", [1, 2, 7, 12, 13])
@pytest.mark.parametrize("parts",
                         ["a, b: 4", "a: 13, b", "a: 2, b, c: 3", "a, b: 3, c: 5", "a: 13, b: 16", "a: 1, b"])
def test_each_element_once(n: int, parts: str):
    """Whatever the sizes, a copy writes each element and a sum takes each term once."""
    check_nest(copy(n), nest_of(copy(n), f"split D.i: [{parts}]"))
    total = dag(SUM.format(n=n))
    check_nest(total, nest_of(total, f"split s.i: [{parts}]"))


def test_derived_part():
    """The outermost part without a size is the extent by the others, rounded up, and at least 1."""
    for parts, counts in (("a, b: 8", [3, 8]), ("a: 2, b, c: 3", [2, 4, 3]), ("a: 40, b", [23, 1]),
                          ("a: 4, b: 6", [4, 6])):
        stage = state_of(copy(23), f"split D.i: [{parts}]").stages["D"]
        assert [count(stage, loop) for loop in stage.loops] == counts

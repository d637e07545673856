"""`order`: any order of loops, reductions outside too, inner parts before outer ones."""

from itertools import permutations

import pytest
from support.kernels import dag
from support.scheduled import check_nest, nest_of, shown

MATMUL = dag("kernel f[M = 3, N = 5, K = 4](A: f32[M, K], B: f32[K, N]) -> (C: f32[M, N]) "
             "{ C[i, j] = sum[k](A[i, k] * B[k, j]) }")
COPY = dag("kernel f[N = 23](A: f32[N]) -> (D: f32[N]) { D[i] = A[i] }")
BEST = dag("kernel f[M = 5, N = 7](A: f32[M, N]) -> (b: i32[M]) { b[i] = argmax[j](A[i, j]) }")


@pytest.mark.parametrize("order", list(permutations("ijk")), ids="".join)
def test_every_order(order: tuple[str, ...]):
    """A reduction loop may stand anywhere: the accumulator is set just outside the outermost one."""
    check_nest(MATMUL, nest_of(MATMUL, f"order C: {' '.join(order)}"))


def test_reduction_outside(golden):
    """The nest that sets the accumulator has the spatial loops inside the reduction, with their marks."""
    golden("schedule/order/reduction_outside.txt", shown(MATMUL, "order C: i k j vectorize C.j"))


def test_tiles_of_a_reduction(golden):
    """A split reduction around a tile sets the tile once."""
    golden("schedule/order/tiled_reduction.txt", shown(
        MATMUL, "split C.k: [k0, k1: 2] split C.j: [j0, j1: 4] order C: i j0 k0 k1 j1"))


def test_inner_part_first(golden):
    """Steps taken against the order of their splits are guarded where the value is complete."""
    golden("schedule/order/inner_first.txt", shown(COPY, "split D.i: [i0, i1: 5] order D: i1 i0"))


@pytest.mark.parametrize("order", list(permutations("abcd")), ids="".join)
def test_every_order_of_parts(order: tuple[str, ...]):
    """Tiles that divide nothing, in any order: each element once."""
    nest = nest_of(COPY, f"split D.i: [x, c: 3, d: 2] split D.x: [a, b: 3] order D: {' '.join(order)}")
    check_nest(COPY, nest)


@pytest.mark.parametrize("order", ["j1 i j0", "j0 j1 i", "j1 j0 i"])
def test_argmax_in_any_order(order: str):
    """The smallest index of equals wins whatever the order of visits."""
    check_nest(BEST, nest_of(BEST, f"split b.j: [j0, j1: 3] order b: {order}"))

"""Register tiles in assembly: what accumulates stays in registers, and the inner loop does nothing else."""

import pytest
from support.assembly import assembly, hottest_loop, is_fma, is_spill
from support.tools import require_tool

DENSE = """kernel f[M = 512, N = 576, K = 512](A: f32[M, K], B: f32[K, N], bias: f32[N]) -> (D: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
    D[i, j] = max(C[i, j] + bias[j], 0)
}"""
MATMUL = """kernel f[M = 512, N = 576, K = 512](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) {
    D[i, j] = sum[k](A[i, k] * B[k, j])
}"""
PANELS = """
    split D.i: [io, ii: {rows}]  split D.j: [jo, ji: {columns}]
    order D: jo io ii ji  parallel D.jo  vectorize D.ji  unroll D: 256
    compute C at D.io  order C: k i j  vectorize C.j  unroll C: 256
    cache_read B[k, j] as Bp for C  compute Bp at D.jo  vectorize Bp.j
"""
AVX2, AVX512 = ("cpu:x86-64-v3", 8), ("cpu:x86-64-v4", 16)
TILES = [(AVX2, 6, 16), (AVX2, 4, 24), (AVX512, 8, 48), (AVX512, 6, 64), (AVX512, 14, 32)]
tiles = pytest.mark.parametrize(("machine", "rows", "columns"), TILES, ids=str)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize(("kernel", "made"), [(DENSE, ""), (MATMUL, "cache_write D as C")], ids=["D", "C"])
@tiles
def test_no_accumulator_is_spilled(compiler: str, kernel: str, made: str, machine: tuple[str, int], rows: int,
                                   columns: int) -> None:
    """One multiply-add for each vector of the tile, one load for each vector of B and each row of A."""
    target, lanes = machine
    lines = assembly(kernel, made + PANELS.format(rows=rows, columns=columns), target, require_tool(compiler))
    loop = hottest_loop(lines)
    vectors = rows * columns // lanes
    assert sum(map(is_fma, loop)) % vectors == 0
    times = sum(map(is_fma, loop)) // vectors       # a compiler may unroll further
    assert not [line for line in loop if is_spill(line)], "\n".join(loop)
    assert len(loop) <= times * (vectors + columns // lanes + rows + 6), "\n".join(loop)

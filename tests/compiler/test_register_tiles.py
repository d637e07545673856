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
PACKED = PANELS.replace("compute Bp at D.jo  vectorize Bp.j", """
    layout Bp: [k, j] -> [j // {columns}, k, j % {columns}]
    split Bp.j: [p, q: {columns}]  order Bp: p k q  parallel Bp.p  vectorize Bp.q
""")
CONV = """kernel f[C = 16, H = 28, W = 50, F = 24](X: f32[C, H, W], G: f32[F, C, 3, 3]) -> (Y: f32[F, H, W]) {
    Y[f, y, x] = sum[c, r, s]((X[c, y + r - 1, x + s - 1] else 0) * G[f, c, r, s])
}"""
PIXELS = """
    cache_write Y as Yl  split Y.f: [fo, fi: {rows}]  split Y.x: [xo, xi: {columns}]
    order Y: fo y xo fi xi  vectorize Y.xi  unroll Y: 64  parallel Y.fo
    compute Yl at Y.xo  order Yl: c r s f y x  vectorize Yl.x  unroll Yl: 12
    compute X.pad at root  vectorize X.pad.x
"""
AVX2, AVX512 = ("cpu:x86-64-v3", 8), ("cpu:x86-64-v4", 16)
TILES = [(AVX2, 6, 16), (AVX2, 4, 24), (AVX512, 8, 48), (AVX512, 6, 64), (AVX512, 14, 32)]
tiles = pytest.mark.parametrize(("machine", "rows", "columns"), TILES, ids=str)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize(("kernel", "schedule"), [
    (DENSE, PANELS), (MATMUL, "cache_write D as C" + PANELS), (DENSE, PACKED),
], ids=["dense", "output", "packed"])
@tiles
def test_no_accumulator_is_spilled(compiler: str, kernel: str, schedule: str, machine: tuple[str, int],
                                   rows: int, columns: int) -> None:
    """One multiply-add for each vector of the tile, one load for each vector of B and each row of A."""
    target, lanes = machine
    lines = assembly(kernel, schedule.format(rows=rows, columns=columns), target, require_tool(compiler))
    check_loop(hottest_loop(lines), rows, columns // lanes)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize(("rows", "columns"), [(6, 16), (4, 24)])
def test_padding_leaves_no_guard_in_a_convolution(compiler: str, rows: int, columns: int) -> None:
    """One tap of a convolution with lanes of pixels: loads, broadcasts and multiply-adds, nothing else.

    With several taps unrolled, gcc keeps more broadcasts than there are registers beside 12 accumulators.
    """
    (target, lanes), schedule = AVX2, PIXELS.format(rows=rows, columns=columns)
    check_loop(hottest_loop(assembly(CONV, schedule, target, require_tool(compiler))), rows, columns // lanes)


def check_loop(loop: list[str], rows: int, vectors: int) -> None:
    """A loop of a tile's multiply-adds, unrolled or not, with a load each vector and row, and little else."""
    times = sum(map(is_fma, loop)) // (rows * vectors)
    assert sum(map(is_fma, loop)) == times * rows * vectors
    assert not [line for line in loop if is_spill(line)], "\n".join(loop)
    assert len(loop) <= times * (rows * vectors + vectors + rows + 6), "\n".join(loop)

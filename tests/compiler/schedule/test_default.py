"""The built-in default: legal and right for every kernel, vectorised along memory, parallel where there is
work."""

from __future__ import annotations

import pytest
from support.kernels import EXAMPLES, SMALL, dag, example, load
from support.scheduled import TARGET, check_nest, nest_of, state_of
from txc.compiler.schedule.default import PARALLEL_WORK, default_schedule
from txc.dsl import ast
from txc.dsl.parser import parse, parse_directives
from txc.dsl.source import Source

FILES = sorted(EXAMPLES.rglob("*.tx"))
NAMES = [(path, d.name) for path in FILES for d in parse(Source(path.read_text())).declarations
         if isinstance(d, ast.Kernel | ast.Instance)]
SUITE = sorted({path.stem for path, _ in NAMES if path.parent.name == "suite"})


@pytest.mark.parametrize(("path", "name"), NAMES, ids=lambda x: getattr(x, "stem", x))
def test_legal_for_every_example(path, name: str) -> None:
    """Every kernel and instance of the examples lowers, prints and reads back."""
    graph = load(path, name)
    directives = default_schedule(graph, TARGET)
    assert parse_directives("\n".join(map(str, directives))) == directives
    state = state_of(graph, directives)
    for stage in state.stages.values():
        assert stage.place != "root" or stage.stage.points < PARALLEL_WORK or any(
            loop.mark == "parallel" for loop in stage.loops) or not stage.stage.axes, stage.name


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SMALL, *SUITE])
def test_right_for_small_examples(name: str) -> None:
    """At awkward sizes the nest computes what the reference says."""
    graph = example(name)
    check_nest(graph, nest_of(graph, default_schedule(graph, TARGET)), ("reversed",))


@pytest.mark.slow
@pytest.mark.parametrize("text", [
    "kernel f[N = 7](X: f32[N]) -> (s: f32) { s = sum[i](X[i]) }",
    "kernel f(a: f32) -> (s: f32) { s = a * 2 }",
    "kernel f[N = 40](X: f32[N, 1]) -> (Y: f32[N, 1]) { Y[i, j] = X[i, j] * 2 }",
    "kernel f[N = 64](X: f32[N, N, 2]) -> (D: f32[N, N, 2]) { D[i, j, i_j] = X[i, j, i_j] + 1 }",
    "kernel f[N = 40](A: f32[N, N], B: f32[N, N]) -> (D: f32[N, N]) "
    "{ C[i0_j0, j] = sum[k](A[i0_j0, k] * B[k, j]) D[i, i0_j0] = C[i, i0_j0] + 1 }",
    "kernel f[N = 40](A: f32[N, N], B: f32[N, N]) -> (D: f16[N, N]) { D[i, j] = f16(sum[k](A[i, k] * B[k, "
    "j])) }",
    "kernel f[N = 9](X: f32[N]) -> (Y: f32[N], Z: f32[N]) { Y[i] = X[i] * 2  Z[i] = Y[i] + sum[j](Y[j] * "
    "X[i]) }",
    "kernel f[N = 9, i0 = 3](X: f32[N, i0]) -> (Y: f32[N]) { Y[i] = sum[i1](X[i, i1]) }",
    "kernel f[N = 9](X: f32[N]) -> (F: f32[N]) { "
    + " ".join(f"{b}[i] = {a}[i] + {a}[i]" for a, b in zip("XABCDE", "ABCDEF", strict=True)) + " }",
])
def test_odd_kernels(text: str) -> None:
    """Scalars, axes of one element, names that meet those of fused loops, chains of cheap stages."""
    graph = dag(text)
    check_nest(graph, nest_of(graph, default_schedule(graph, TARGET)))


def test_dense() -> None:
    """A matrix product with an epilogue: tiles of a few vectors, the reduction computed in the tile."""
    graph = load(EXAMPLES / "dense.tx", "dense")
    assert "\n".join(map(str, default_schedule(graph, TARGET))) == """\
split D.j: [j0, j1: 32]
split D.i: [i0, i1: 2]
order D: i0 j0 i1 j1
parallel D.i0 D.j0
vectorize D.j1
compute C at D.i0_j0
order C: k i j
vectorize C.j
unroll C: 16"""


def test_chains_do_not_grow_without_bound() -> None:
    """Stages that read another twice are inlined until their expressions get large."""
    names = [f"T{n}" for n in range(12)]
    lines = " ".join(f"{b}[i] = {a}[i] + {a}[i]" for a, b in zip(["X", *names], [*names, "Y"], strict=True))
    graph = dag(f"kernel f[N = 9](X: f32[N]) -> (Y: f32[N]) {{ {lines} }}")
    directives = default_schedule(graph, TARGET)
    inlined = [d for d in directives if isinstance(d, ast.Inline)]
    assert 0 < len(inlined) < len(names)
    check_nest(graph, nest_of(graph, directives))


@pytest.mark.parametrize(("text", "wanted"), [
    ("kernel f[N = 1048576](X: f32[N]) -> (s: f32) { s = sum[i](X[i]) }",
     "split s.i: [i0: 16, i1, i_1: 32] rfactor s.i0 as s_part vectorize s_part.i_1 parallel s_part.i0"),
    ("kernel f[M = 512](X: f32[M, 3, M]) -> (s: f32) { s = max[i, j, k](X[i, j, k]) }",
     "split s.i: [i0: 16, i1] split s.k: [k0, k1: 32] rfactor s.i0 as s_part vectorize s_part.k1 "
     "parallel s_part.i0"),
    ("kernel f[M = 512](X: f32[3, M, M]) -> (s: f32) { s = max[i, j, k](X[i, j, k]) }",
     "split s.j: [j0: 16, j1] split s.k: [k0, k1: 32] order s: j0 i j1 k0 k1 rfactor s.j0 as s_part "
     "vectorize s_part.k1 parallel s_part.j0"),
    ("kernel f[M = 512](X: f32[M, M]) -> (s: f32[M]) { s[i] = sum[j](X[i, j]) }",
     "split s.j: [j0, j1: 32] vectorize s.j1 parallel s.i"),
    ("kernel f[M = 512](X: f32[M, M]) -> (s: f32[M]) { s[j] = sum[i](X[i, j]) }",
     "split s.j: [j0, j1: 64] order s: j0 i j1 parallel s.j0 vectorize s.j1 unroll s: 16"),
    ("kernel f[N = 1048576](X: f32[N]) -> (s: i32) { s = argmax[i](X[i]) }",
     "split s.i: [i0, i1: 32] vectorize s.i1"),
])
def test_reductions_along_memory(text: str, wanted: str) -> None:
    """Terms that lie along memory run in lanes, those of few elements on threads as well."""
    directives = default_schedule(dag(text), TARGET)
    assert " ".join(map(str, directives)) == wanted
    state_of(dag(text), directives)


@pytest.mark.parametrize("name", ["softmax", "layernorm"])
def test_rows_are_computed_together(name: str) -> None:
    """Everything that one row of the output needs is made in the loop over rows, where it stays in cache."""
    graph = load(EXAMPLES / f"{name}.tx", name)
    state = state_of(graph, default_schedule(graph, TARGET))
    assert [s.name for s in state.stages.values() if s.place == "root"] == ["Y"]


def test_a_single_row_is_not_the_unit() -> None:
    """With fewer rows than cores, each stage spreads over threads by itself."""
    graph = load(EXAMPLES / "softmax.tx", "softmax", B=1, N=1 << 17)
    state = state_of(graph, default_schedule(graph, TARGET))
    roots = {s.name for s in state.stages.values() if s.place == "root"}
    assert roots == {"m", "e", "z", "Y", "m_part", "z_part"}

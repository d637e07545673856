"""`cache_write`, `cache_read`: a stage between, of every type and reducer, anywhere in the nest."""

import pytest
from support.kernels import dag
from support.scheduled import TARGET, check_nest, error_of, nest_of, shown, state_of
from txc.compiler.schedule.template import Template
from txc.dsl.parser import parse_directives
from txc.dsl.typed import reads

MATMUL = dag("kernel f[M = 7, N = 13, K = 9](A: f32[M, K], B: f32[K, N]) -> (C: f32[M, N]) "
             "{ C[i, j] = sum[k](A[i, k] * B[k, j]) }")
CONV = dag("kernel f[H = 11, W = 13, R = 3, S = 2](X: f32[H, W], F: f32[R, S]) -> (Y: f32[5, 6]) "
           "{ Y[y < 5, x < 6] = sum[r, s](X[y * 2 + r, x * 2 + s] * F[r, s]) }")
TWICE = dag("kernel f[N = 9](A: f32[N, N]) -> (D: f32[N, N]) { D[i, j] = A[i, j] * 2 + A[j, i] + A[i, 3] }")
STENCIL = dag("kernel f[N = 13](X: f32[N]) -> (D: f32[N], E: f32[N]) { T[i] = X[i] * 2  "
              "D[i < N] = (T[i - 1] else 3) + T[i] + (T[i + 2] else 3)  E[i] = T[12 - i] }")
GATHER = dag("kernel f[N = 6, V = 9](E: f32[V, 4], ids: i32[N]) -> (Y: f32[N, 4]) "
             "{ Y[i, j] = (E[ids[i], j] else 7) * E[clamp(ids[i]), 3 - j] }")
PANELS = ("cache_write C as Cl cache_read B[k, j] as Bp for Cl split C.i: [i0, i1: 3] split C.j: [j0, j1: 4] "
          "order C: j0 i0 i1 j1 ")


@pytest.mark.parametrize(("name", "graph", "schedule"), [
    ("tile", MATMUL, "cache_write C as Cl split C.j: [j0, j1: 4] compute Cl at C.j0 order Cl: k i j"),
    ("panel", MATMUL, PANELS + "compute Cl at C.i0 compute Bp at C.j0 parallel C.j0"),
    ("window", CONV, "cache_read X as Xs for Y split Y.x: [x0, x1: 4] compute Xs at Y.x0"),
    ("all_readers", STENCIL, "cache_read T as Tc compute T at Tc.d0"),
])
def test_golden(golden, name: str, graph, schedule: str):
    """The copy holds just what is read where it is computed, in tails too."""
    golden(f"schedule/cache/{name}.txt", shown(graph, schedule))


@pytest.mark.parametrize("place", ["root", "C.j0", "C.i0", "C.i1", "Cl.k0", "Cl.k1", "Cl.j"])
@pytest.mark.parametrize("tile", ["root", "C.j0", "C.i0", "C.i1", "C.j1"])
def test_every_place_of_a_tile_and_its_panel(place: str, tile: str):
    """A copy is right wherever it is made, also inside the loops of the accumulator's stage."""
    schedule = PANELS + (f"split Cl.k: [k0, k1: 4] order Cl: k0 i k1 j compute Cl at {tile} "
                         f"compute Bp at {place}")
    if error_of(MATMUL, schedule)[0] == "S450":     # Cl reads Bp outside that loop
        assert place.startswith("C.")
    else:
        check_nest(MATMUL, nest_of(MATMUL, schedule), ("forward", "reversed", "shuffled"))


@pytest.mark.parametrize("marks", [
    "vectorize Bp.j", "split Bp.j: [a, b: 3] order Bp: a k b unroll Bp.b", "parallel Bp.k vectorize Bp.j",
    "fuse Bp.k Bp.j as t split Bp.t: [u, v: 5]"])
def test_the_copys_own_loops(marks: str):
    """A copy's loops are scheduled like any stage's."""
    check_nest(MATMUL, nest_of(MATMUL, PANELS + "compute Cl at C.i0 " + marks), ("forward", "shuffled"))


@pytest.mark.parametrize("dtype", ["f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "u8", "bool"])
def test_every_type(dtype: str):
    """A copy has the type of what it copies, and changes no bit."""
    graph = dag(f"kernel f[N = 9](X: {dtype}[N, N]) -> (Y: {dtype}[N, N]) {{ Y[i, j] = X[j, i] }}")
    for schedule in ("cache_read X as Xs compute Xs at Y.i", "cache_write Y as Yl compute Yl at Y.i",
                     "cache_write Y as Yl cache_read X as Xs compute Xs at Yl.i vectorize Y.j"):
        check_nest(graph, nest_of(graph, schedule))


@pytest.mark.parametrize("reducer", ["sum", "prod", "min", "max", "argmin", "argmax"])
@pytest.mark.parametrize("place", ["root", "Y.i0", "Y.i1"])
def test_every_reducer(reducer: str, place: str):
    """The new stage reduces, with what argmin and argmax remember beside it."""
    dtype = "i32" if reducer.startswith("arg") else "f32"
    graph = dag(f"kernel f[N = 7, K = 5](X: f32[N, K]) -> (Y: {dtype}[N]) {{ Y[i] = {reducer}[k](X[i, k]) }}")
    schedule = "cache_write Y[r] as Yl split Y.i: [i0, i1: 3] order Yl: k r vectorize Yl.r compute Yl at "
    check_nest(graph, nest_of(graph, schedule + place))


def test_reads_of_many_shapes():
    """Reads of different shapes are served by one copy, of all that any of them needs."""
    for schedule in ("cache_read A as Ac", "cache_read A[x, y] as Ac for D compute Ac at D.i",
                     "cache_read A as Ac split D.j: [j0, j1: 4] compute Ac at D.j0"):
        check_nest(TWICE, nest_of(TWICE, schedule))


@pytest.mark.parametrize("place", ["root", "D.i0", "D.i1"])
def test_guarded_reads(place: str):
    """A guard stays with the reader; the copy holds nothing outside the tensor."""
    check_nest(STENCIL, nest_of(STENCIL, "cache_read T as Tc for D split D.i: [i0, i1: 4] "
                                         f"compute Tc at {place}"))
    check_nest(GATHER, nest_of(GATHER, "cache_read E as Ec for Y cache_read ids as ic for Y "
                                       "compute Ec at Y.i compute ic at Y.j"))


def test_for_one_reader():
    """Who is not named reads the tensor itself."""
    state = state_of(STENCIL, "cache_read T as Tc for E")
    assert list(state.stages) == ["T", "D", "Tc", "E"]
    tensors = {name: {read.tensor for read in reads(stage.body)} for name, stage in state.stages.items()}
    assert tensors == {"T": {"X"}, "D": {"T"}, "Tc": {"T"}, "E": {"Tc"}}
    check_nest(STENCIL, nest_of(STENCIL, "cache_read T as Tc for E compute Tc at E.i"))


def test_where_the_stage_was():
    """What is put between stays where the stage or the tensor is, so that everybody finds what they read."""
    graph = dag("kernel f[N = 9](X: f32[N]) -> (D: f32[N]) "
                "{ A[i] = X[i] * 2  B[i] = A[i] + 1  D[i] = B[i] * 3 }")
    for schedule in ("compute B at D.i compute A at D.i cache_write B as Bl",
                     "compute B at D.i compute A at B.i cache_read A as Ac for B",
                     "compute B at D.i cache_write B as Bl compute A at Bl.i inline B"):
        check_nest(graph, nest_of(graph, schedule))


def test_the_layout_stays_with_the_tensor():
    """A layout is of the tensor's buffer, whoever computes what is in it."""
    graph = dag("kernel f[N = 9](X: f32[N]) -> (D: f32[N]) { A[i] = X[i] * 2  D[i] = A[8 - i] }")
    nest = nest_of(graph, "layout A: [i] -> [i // 4, i % 4] cache_write A as Al compute Al at A.i")
    check_nest(graph, nest)
    assert "global A: f32[3, 4]" in str(nest)
    assert "local Al: f32[1]" in str(nest)


def test_chains_of_copies():
    """A copy of a copy, of padding, of an accumulator; and copies that are inlined away again."""
    for schedule in ("cache_read B as B1 cache_read B1 as B2 split C.j: [a, b: 4] compute B2 at C.b "
                     "compute B1 at C.a",
                     "cache_read B as B2 cache_read B as B1 compute B2 at C.j compute B1 at C.i",
                     "cache_write C as C1 cache_write C as C2 compute C1 at C2.i compute C2 at C.i",
                     "cache_write C as C1 cache_write C1 as C2 order C2: k i j",
                     "cache_write C as C1 cache_read C1 as C2 compute C2 at C.i",
                     "cache_read B as B1 inline B1"):
        check_nest(MATMUL, nest_of(MATMUL, schedule))


def test_templates():
    """Sizes of regions are closed forms: a nest of any row has buffers as its holes say."""
    text = ("cache_write C as Cl cache_read B as Bp for Cl split C.i: [i0, i1] split C.j: [j0, j1] "
            "order C: i0 j0 i1 j1 compute Cl at C.j0 split Cl.k: [k0, k1] order Cl: k0 i k1 j "
            "compute Bp at {Cl.k0, C.j0, root}")
    template = Template(MATMUL, parse_directives(text), TARGET)
    assert [c.name for c in template.columns] == ["Bp.at", "C.i.i1", "C.j.j1", "Cl.k.k1"]
    for row in ((0, 3, 4, 2), (0, 7, 13, 9), (1, 2, 5, 4), (2, 1, 1, 1)):
        nest = template.lower(row)
        check_nest(MATMUL, nest)
        assert str(nest) == str(nest_of(MATMUL, template.fill(row)))


@pytest.mark.parametrize(("schedule", "code", "at"), [
    ("cache_read X as Xs for C", "S401", "X"),
    ("cache_write A as Al", "S401", "A"),
    ("cache_read C as Cc", "S462", "C"),
    ("cache_read A as A", "S461", "cache_read A as A"),
    ("cache_read A as N", "S461", "cache_read A as N"),
    ("cache_write C[k, j] as Cl", "S464", "cache_write C[k, j] as Cl"),
    ("cache_read B[k, k] as Bp", "S464", "cache_read B[k, k] as Bp"),
    ("cache_write C as Cl cache_read B as Bp for C", "S462", "C"),
    ("cache_read A as As in shared", "S463", "cache_read A as As in shared"),
])
def test_errors(schedule: str, code: str, at: str):
    """Each code, and what it points at."""
    assert error_of(MATMUL, schedule) == (code, at)

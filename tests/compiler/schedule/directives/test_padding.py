"""`X.pad`: guarded reads of a tensor as a stage, over their hull, so that readers need no guard."""

import pytest
from support.kernels import dag, example
from support.scheduled import TARGET, check_nest, error_of, nest_of, shown, state_of
from txc.compiler.schedule.template import Template
from txc.dsl.parser import parse_directives

BLUR = dag("kernel f[H = 6, W = 9](X: f32[H, W], F: f32[3, 3]) -> (Y: f32[H, W]) "
           "{ Y[y, x] = sum[r, s]((X[y + r - 1, x + s - 1] else 0) * F[r, s]) }")
HULL = dag("kernel f[N = 9](X: f32[N]) -> (D: f32[N], E: f32[4]) { "
           "D[i] = (X[i - 2] else 5) + (X[2 * i] else 5)  "
           "E[i < 4] = (X[7 - i] else 5) + (X[i // 2 - 1] else 5) + X[i] }")
STAGE = dag("kernel f[N = 9](X: f32[N], s: f32) -> (D: f32[N]) "
            "{ T[t] = X[t] * 2  D[i < N] = (T[i - 1] else s) * (T[i + 1] else s) + T[i] }")
GATHER = dag("kernel f[N = 6, V = 9](E: f32[V], ids: i32[N]) -> (Y: f32[N]) "
             "{ Y[i] = (E[ids[i]] else 7) + (E[i + 5] else 7) }")


@pytest.mark.parametrize(("name", "graph", "schedule"), [
    ("root", BLUR, "compute X.pad at root"),
    ("row", BLUR, "compute X.pad at Y.y vectorize X.pad.x"),
    ("tile", BLUR, "split Y.x: [x0, x1: 4] order Y: x0 y r s x1 compute X.pad at Y.x0"),
    ("cache", HULL, "inline X.pad cache_read X.pad as Xs for E"),
])
def test_golden(golden, name: str, graph, schedule: str):
    """The copy has the guards, its readers none; it covers what they read."""
    golden(f"schedule/padding/{name}.txt", shown(graph, schedule))


@pytest.mark.parametrize("place", ["root", "Y.n", "Y.f", "Y.y0", "Y.x0", "Y.c", "Y.r", "Y.x1"])
def test_a_window_with_strides(place: str):
    """No guard is left in the reader, wherever its tiles are and whether they divide or not."""
    graph = example("conv2d")
    schedule = ("split Y.y: [y0, y1: 2] split Y.x: [x0, x1: 3] order Y: n f y0 x0 c r s y1 x1 vectorize Y.x1 "
                f"compute X.pad at {place}").replace("vectorize Y.x1 " if place == "Y.x1" else "", "")
    nest = nest_of(graph, schedule)
    check_nest(graph, nest, ("forward", "shuffled"))
    assert not [line for line in str(nest).splitlines() if " F[" in line and "select" in line]


@pytest.mark.parametrize("schedule", ["compute X.pad at root", "cache_read X.pad[p] as Xp", "inline X.pad",
                                      "cache_read X.pad as Xp for D split D.i: [a, b: 4] compute Xp at D.a",
                                      "compute X.pad at root split X.pad.i: [u, v: 8] vectorize X.pad.v"])
def test_the_hull_of_several_reads(schedule: str):
    """Reads of any shape with one value outside are served by one copy; unguarded ones stay as they are."""
    check_nest(HULL, nest_of(HULL, schedule))


@pytest.mark.parametrize("schedule", [
    "compute T.pad at root", "compute T.pad at D.i", "compute T.pad at D.i compute T at T.pad.t inline T.pad",
    "split D.i: [a, b: 4] compute T.pad at D.a compute T at D.a", "compute T at D.i compute T.pad at D.i",
    "compute T.pad at D.i inline T.pad", "compute T.pad at root inline T.pad compute T.pad at D.i inline T",
    "cache_write D as Dl compute T.pad at Dl.i", "cache_read T as Tc compute Tc.pad at D.i",
])
def test_padding_of_a_stage(schedule: str):
    """A computed tensor is padded as well, with what is outside read from a scalar."""
    if error_of(STAGE, schedule)[0]:
        assert (error_of(STAGE, schedule)[0], schedule.count("compute T at")) in (("S450", 1), ("S442", 1))
    else:
        check_nest(STAGE, nest_of(STAGE, schedule))


def test_names_of_axes():
    """Those of the stage, else those of the reader's subscripts, else numbers."""
    assert list(state_of(BLUR, "compute X.pad at root").stages["X.pad"].axes) == ["y", "x"]
    assert list(state_of(HULL, "compute X.pad at root").stages["X.pad"].axes) == ["i"]
    assert list(state_of(STAGE, "compute T.pad at root").stages["T.pad"].axes) == ["t"]
    square = dag("kernel f[N = 3](X: f32[N, N]) -> (Y: f32[N]) { Y[i] = (X[i + 1, i - 1] else 0) }")
    assert list(state_of(square, "compute X.pad at root").stages["X.pad"].axes) == ["d0", "d1"]
    assert list(state_of(square, "cache_read X.pad as Xs").stages["Xs"].axes) == ["d0", "d1"]


def test_reads_through_data_stay_guarded():
    """An index that comes from data may be anything: such a read is not part of the copy."""
    nest = nest_of(GATHER, "compute E.pad at root")
    check_nest(GATHER, nest)
    assert "global E.pad: f32[6]" in str(nest)
    assert "Y[Y.i] = select" in str(nest)


def test_templates():
    """Regions of the copy are closed forms of the tiles around it."""
    text = ("split Y.y: [y0, y1] split Y.x: [x0, x1] order Y: y0 x0 r s y1 x1 "
            "compute X.pad at {Y.x0, Y.y0, root}")
    template = Template(BLUR, parse_directives(text), TARGET)
    for row in ((0, 2, 4), (0, 6, 9), (1, 4, 1), (2, 1, 3)):
        nest = template.lower(row)
        check_nest(BLUR, nest)
        assert str(nest) == str(nest_of(BLUR, template.fill(row)))


@pytest.mark.parametrize(("body", "schedule", "code", "at"), [
    ("X[i]", "compute X.pad at root", "S443", "X.pad"),
    ("X[i]", "cache_read X.pad as Xs", "S443", "X.pad"),
    ("(X[i - 1] else 0) + (X[i + 1] else 1)", "compute X.pad at D.i", "S444", "X.pad"),
    ("(X[i - 1] else f32(i))", "compute X.pad at D.i", "S465", "X.pad"),
    ("(X[ids[i]] else 0)", "compute X.pad at D.i", "S465", "X.pad"),
    ("(X[i * 1000000000000000] else 0)", "compute X.pad at D.i", "S465", "X.pad"),
    ("(X[i - 1] else 0)", "compute X.pad at root cache_read X.pad as X", "S461", "cache_read X.pad as X"),
    ("(X[i - 1] else 0)", "cache_read X.pad as Xs for Z", "S401", "Z"),
])
def test_errors(body: str, schedule: str, code: str, at: str):
    """What is no padding, or none that could be stored."""
    graph = dag("kernel f[N = 5](X: f32[N], ids: i32[N]) -> (D: f32[N]) "
                f"{{ D[i < N] = {body} + f32(ids[i]) }}")
    assert error_of(graph, schedule) == (code, at)

"""Layouts: buffers of any shape, accesses that become affine, the same results; holes and tails included."""

import re
from itertools import product

import numpy as np
import pytest
from support.kernels import dag
from support.scheduled import TARGET, check_nest, error_of, nest_of, shown, state_of
from txc.compiler.driver import nest_of as optimised
from txc.compiler.loop.text import parse
from txc.compiler.lower.lower import lower
from txc.compiler.schedule.template import Template
from txc.dsl.parser import parse_directives

DENSE = dag("kernel f[M = 5, N = 22, K = 3](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) "
            "{ C[i, j] = sum[k](A[i, k] * B[k, j])  D[i, j] = max(C[i, j], 0) }")
PANELS = """cache_read B[k, j] as Bp for C
    layout Bp: [k, j] -> [j // 8, k, j % 8]
    split Bp.j: [p0, p1: 8]  order Bp: p0 k p1  vectorize Bp.p1
    split D.j: [j0, j1: 8]  order D: j0 i j1  vectorize D.j1
    compute C at D.i  order C: k i j  vectorize C.j"""
ANY = ["[i * 25 + j]", "[j % 4, i, j // 4]", "[j // 6, i // 2, i % 2 * 6 + j % 6]", "[i + 2, j * 3]",
       "[j // 2 % 3, j % 2, i, j // 6]"]


@pytest.mark.parametrize(("name", "schedule"), [
    ("panels", PANELS),
    ("panels_at_a_loop", "cache_read B[k, j] as Bp for C  split D.j: [j0, j1: 8]  order D: j0 i j1 "
                         "compute C at D.j0  compute Bp at D.j0  layout Bp: [k, j] -> [j // 4, k, j % 4]"),
    ("tile_turned", "cache_write C as Cl layout Cl: [i, j] -> [j, i] split C.j: [j0, j1: 8] "
                    "split C.i: [i0, i1: 2] order C: i0 j0 i1 j1 compute Cl at C.j0 vectorize Cl.i"),
    ("padded_rows", "layout C: [i, j] -> [i * 24 + j]"),
])
def test_golden(golden, name: str, schedule: str) -> None:
    """Buffers have the layout's shape; digits are gone where loops run through them one by one."""
    golden(f"schedule/layout/{name}.txt", shown(DENSE, schedule))


@pytest.mark.parametrize("index", ANY)
@pytest.mark.parametrize("place", ["order C: k i j vectorize C.j",
                                   "split D.j: [j0, j1: 8] compute C at D.j0"])
def test_any_layout_computes_the_same(index: str, place: str) -> None:
    """At root, and of a region with a tail; before passes and after them; and the text parses back."""
    schedule = f"{place} layout C: [i, j] -> {index}"
    nest = nest_of(DENSE, schedule)
    check_nest(DENSE, nest, ("reversed",))
    assert parse(str(nest)) == nest
    check_nest(DENSE, optimised(DENSE, parse_directives(schedule), TARGET, check=True), ("reversed",))


def test_inner_loops_see_plain_vectors() -> None:
    """Whole vectors of a panel are loads of consecutive elements, without a division."""
    text = str(optimised(DENSE, parse_directives(PANELS), TARGET, check=True))
    assert "Bp[j0, C.k, ramp(0, 1, 8)]" in text
    assert not re.search(r"//|%", text)


def test_padding_is_neither_read_nor_written() -> None:
    """22 columns in panels of 8 leave places empty; the interpreter faults at what is undefined."""
    nest = nest_of(DENSE, "layout C: [i, j] -> [j // 8, i, j % 8]")
    assert "C: f32[3, 5, 8]" in str(nest)
    check_nest(DENSE, nest)


def test_holes_keep_shapes_closed() -> None:
    """A knob in a layout, and extents with holes: the nest of each row is that of the filled schedule."""
    schedule = parse_directives("knob w in {2, 4, 8} split D.j: [j0, j1: 1..22] order D: j0 i j1 "
                                "compute C at D.j0 layout C: [i, j] -> [j // w, i, j % w]")
    template = Template(DENSE, schedule, TARGET)
    names = [column.name for column in template.columns]
    for w, inner in product((2, 8), (1, 7)):
        row = tuple({"w": w, "D.j.j1": inner}[name] for name in names)
        nest = template.lower(row)
        check_nest(DENSE, nest, ("forward",))
        assert nest == lower(state_of(DENSE, template.fill(row)), {})
        assert f"C: f32[{-(-inner // w)}, 5, {min(inner, w)}]" in str(nest)


def test_configs_whose_elements_would_meet_are_invalid() -> None:
    """A stride that some values of a hole outgrow is a limit on configs, an error where numbers say so."""
    text = "split D.j: [j0, j1: {}] compute C at D.j0 layout C: [i, j] -> [i * 12 + j]"
    template = Template(DENSE, parse_directives(text.format("{4, 12, 16}")), TARGET)
    assert template.valid(np.array([[4], [12], [16]])).tolist() == [True, True, False]
    assert error_of(DENSE, text.format(16))[0] == "S478"


def test_an_inlined_stage_has_no_layout() -> None:
    """A later `inline` does not drop a layout in silence."""
    graph = dag("kernel f[N = 9](A: f32[N]) -> (D: f32[N]) { T[a] = A[a] * 2 D[i] = T[i] + A[i] }")
    schedule = "layout T: [a] -> [a // 4, a % 4] inline T"
    assert error_of(graph, schedule) == ("S479", "layout T: [a] -> [a // 4, a % 4]")

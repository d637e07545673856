"""Templates: closed forms over the holes say what the nests of configs are, and configs print as
schedules."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.kernels import dag
from support.scheduled import TARGET, check_nest, nest_of
from support.templates import KERNELS, template_text
from txc.compiler import sym
from txc.compiler.loop.ir import Alloc, Block, For, If, Nest, Stmt
from txc.compiler.lower.names import loop_names
from txc.compiler.schedule.errors import ScheduleError
from txc.compiler.schedule.select import has_holes
from txc.compiler.schedule.state import Place, State, count, in_order, left_of
from txc.compiler.schedule.template import Matrix, Template
from txc.dsl.parser import parse_directives

ROWS = 300


def template(text: str, kernel: str = "matmul") -> Template:
    return Template(KERNELS[kernel], parse_directives(text), TARGET)


def random_rows(random: Random, made: Template, rows: int = ROWS) -> Matrix:
    columns = [[random.choice(c.values or range(c.low, min(c.high, 16) + 1)) for _ in range(rows)]
               for c in made.columns]
    return np.array(columns, dtype=np.int64).T.reshape(rows, len(made.columns))


def walk(stmt: Stmt, extents: dict[str, int], shapes: dict[str, tuple[int, ...]]) -> None:
    """The extent of each loop and the shape of each buffer where it stands first: full tiles come before
    tails."""
    match stmt:
        case Block(stmts=stmts):
            for inner in stmts:
                walk(inner, extents, shapes)
        case For():
            extents.setdefault(stmt.var, stmt.extent)
            walk(stmt.body, extents, shapes)
        case If():
            walk(stmt.then, extents, shapes)
            walk(stmt.otherwise or Block(()), extents, shapes)
        case Alloc(buffer=buffer):
            shapes.setdefault(buffer.name, buffer.shape)
        case _:
            pass


def check_forms(state: State, nest: Nest, holes: dict[str, Any], row: int) -> None:
    """Every closed form, evaluated on whole columns, gives at this row what the nest has."""
    extents: dict[str, int] = {}
    shapes: dict[str, tuple[int, ...]] = {}
    walk(nest.body, extents, shapes)

    def at_row(value: sym.Int) -> int:
        column = np.broadcast_to(sym.evaluate(value, holes), (ROWS,))
        return int(column[row])

    names = loop_names(state)
    for stage in state.stages.values():
        for position, loop in enumerate(stage.loops):
            counted, tile = at_row(count(stage, loop)), at_row(loop.tile)
            left = at_row(left_of(stage, loop.axis, position))
            whole = loop.mark == "parallel" or not in_order(stage, loop.axis)
            if not whole:
                assert counted == -(-left // tile)
            expected = counted if whole else max(left // tile, 1)
            assert extents.get(names[stage.name, loop.name], 1) == expected, (stage.name, loop.name)
        if isinstance(stage.place, Place) and not state.dag.is_output(stage.name):
            shape = tuple(at_row(stage.axes[axis.name].extent) for axis in stage.stage.axes)
            assert shapes[stage.name] == shape


def check_template(made: Template, random: Random, *, most: int = 3) -> None:
    """Of random rows, some valid ones are checked in every way, and some others are not accepted."""
    matrix = random_rows(random, made)
    valid = made.valid(matrix)
    for row in np.flatnonzero(valid)[:most]:
        numbers = tuple(map(int, matrix[row]))
        holes = {c.name: matrix[:, k] for k, c in enumerate(made.columns)}
        structure = made.structure(numbers)
        assert structure is not None
        nest = made.lower(numbers)
        check_forms(structure.state, nest, holes, int(row))
        filled = made.fill(numbers)
        assert not has_holes(filled)
        assert parse_directives("\n".join(map(str, filled))) == filled
        assert nest_of(made.dag, filled) == nest
        check_nest(made.dag, nest)
    for row in np.flatnonzero(~valid)[:most]:
        with pytest.raises(ScheduleError, match="S418"):
            made.lower(tuple(map(int, matrix[row])))


@given(st.sampled_from(sorted(KERNELS)), st.randoms(use_true_random=False), st.integers(1, 9))
def test_closed_forms_are_what_nests_have(kernel: str, random: Random, size: int) -> None:
    """Loop counts, tiles and buffer shapes from the schedule with its holes are those of each config's
    nest."""
    text = template_text(random, KERNELS[kernel], size)
    check_template(template(text, kernel), random)


TILED = """
split D.i: [i0, i1, i2: 1..4] split D.j: [j0, j1: {4, 8}] order D: i0 j0 i1 i2 j1
parallel D.i0 D.j0: {0, 1, 2} vectorize D.j1
compute C at {D.i1, D.i2, root}
knob deep in {false, true} split C.k: [k0, k1: 1..6] when deep { order C: k0 i j k1 } unroll C: {0, 16},
{false, true}
"""


def test_a_whole_template() -> None:
    """A template of every kind of hole has these columns, structural ones first."""
    made = template(TILED)
    assert [(c.name, c.low, c.high, c.values, c.structural) for c in made.columns] == [
        ("D.i0.parallel", 0, 2, (0, 1, 2), True),
        ("C.at", 0, 2, (0, 1, 2), True), ("deep", 0, 1, (0, 1), True), ("C.explicit", 0, 1, (0, 1), True),
        ("D.i.i1", 1, 11, None, False), ("D.i.i2", 1, 4, None, False), ("D.j.j1", 4, 8, (4, 8), False),
        ("C.k.k1", 1, 6, None, False), ("C.unroll", 0, 16, (0, 16), False)]
    check_template(made, Random(1), most=12)


def test_illegal_structures_are_invalid_rows() -> None:
    """A place that no config may take is never valid; the others are."""
    made = template("order C: k i j  parallel D.i  compute C at {D.i, D.j}  when on { vectorize D.j }"
                    .replace("parallel D.i  compute", "knob on in {false, true} compute"))
    valid = made.valid(np.array([[a, b] for a in (0, 1) for b in (0, 1)]))
    names = [c.name for c in made.columns]
    for (a, b), ok in zip([(a, b) for a in (0, 1) for b in (0, 1)], valid, strict=True):
        chosen = dict(zip(names, (a, b), strict=True))
        assert ok == (not (chosen["C.at"] == 1 and chosen["on"] == 1))


def test_no_legal_structure_is_an_error() -> None:
    """A template without one legal choice raises what is wrong with the first."""
    with pytest.raises(ScheduleError, match="S450|S451|S435"):
        template("vectorize D.j compute C at {D.j, C.i}")


def test_sizes_beyond_what_is_left_are_invalid() -> None:
    """Parts that are open do not exceed their loop; where all have sizes, they cover it."""
    made = template("split D.i: [a, b, c: 1..4] split D.j: [d: 1..4, e: 1..13]")
    assert made.valid(np.array([[2, 4, 4, 4], [4, 4, 4, 4], [1, 1, 1, 13], [1, 1, 2, 6],
                                [3, 4, 2, 7]])).tolist() \
        == [True, False, True, False, True]


def test_defaults_are_valid() -> None:
    """The default is a valid row; where none is, an error says so."""
    made = template(TILED)
    assert made.valid(np.array([made.default_row()])).all()
    with pytest.raises(ScheduleError, match="S417"):
        template("split D.j: [a: 1..3, b: 1..4]").default_row()


def test_columns_of_choices_that_differ() -> None:
    """A hole that two structures have with other values takes those of the structure at hand."""
    made = template("knob wide in {false, true} when wide { split D.j: [a, b: {8, 13}] } "
                    "when not wide { split D.j: [a, b: {2, 4}] }")
    matrix = np.array([[wide, b] for wide in (0, 1) for b in (2, 4, 8, 13)])
    assert made.valid(matrix).tolist() == [True, True, False, False, False, False, True, True]


def test_a_template_without_holes_has_one_config() -> None:
    """No columns, one row."""
    made = template("split D.j: [j0, j1: 8]")
    assert made.columns == () and made.default_row() == ()
    assert made.valid(np.empty((1, 0), dtype=np.int64)).tolist() == [True]
    check_nest(made.dag, made.lower(()))


def test_the_hash_is_that_of_kernel_directives_and_target() -> None:
    """Equal text has equal hashes; another kernel, text or target another one."""
    text = "split D.j: [a, b: {2, 4}]"
    elsewhere = Template(KERNELS["matmul"], parse_directives(text), replace(TARGET, name="other"))
    others = template(text, "stencil"), template(text + " vectorize D.b"), elsewhere
    hashes = {made.hash for made in (template(text), *others)}
    assert template(text).hash == template(text.replace(" [", "   [")).hash
    assert len(hashes) == 4


def test_bare_names_of_loops_fill_alike() -> None:
    """`split i` fills its own parts, though another stage has loops and parts of the same names."""
    graph = dag("kernel f[N = 24](X: f32[N]) -> (D: f32[N]) { A[i] = X[i] * 2  D[i] = A[i] + 1 }")
    made = Template(graph, parse_directives("split A.i: [i0, i1: 2..4] split i: [i0, i1: 5..7]"), TARGET)
    assert [c.name for c in made.columns] == ["A.i.i1", "i.i1"]
    assert [str(d) for d in made.fill((3, 6))] == ["split A.i: [i0, i1: 3]", "split i: [i0, i1: 6]"]

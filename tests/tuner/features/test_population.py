"""Features of populations are what is counted in the nests that candidates lower to."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.counted import Counted, counted
from support.kernels import EXAMPLES, example
from support.scheduled import TARGET
from support.templates import KERNELS, template_text
from txc.compiler.dag import Dag
from txc.compiler.schedule.errors import ScheduleError
from txc.compiler.schedule.opened import opened
from txc.compiler.schedule.template import Template
from txc.dsl import ast
from txc.dsl.parser import parse, parse_directives
from txc.dsl.source import Source
from txc.tuner.features.population import NAMES, features, features_of_space, stages, stages_of_space
from txc.tuner.population import sample
from txc.tuner.sketch import Sketch
from txc.tuner.sketches import SketchSpace

MATMUL = KERNELS["matmul"]  # 11 x 13 x 6: hardly anything divides
DENSE = """
    knob width in {4, 5, 8}
    split D.i: [i0, i1: {2, 3, 5}]
    split D.j: [j0, j1: {1, 2}, j2: width]
    order D: j0 i0 j1 i1 j2
    parallel j0
    vectorize j2
    compute C at D.j1
    order C: k i j
    vectorize C.j
    unroll C: {0, 4, 16}
    cache_read B[k, j] as Bp for C
    compute Bp at D.j0
    layout Bp: [k, j] -> [j // width, k, j % width]
    split Bp.j: [p0, p1: width]
    vectorize p1
"""
Values = dict[str, float]


def template(graph: Dag, text: str) -> Template:
    return Template(graph, parse_directives(text), TARGET)


def rows_of(made: Template, count: int, seed: int = 0) -> npt.NDArray[np.int64]:
    """Random valid rows."""
    matrix = sample(made, 50 * count, np.random.default_rng(seed))
    return np.unique(matrix[made.valid(matrix)], axis=0)[:count]


def by_stage(made: Template, row: npt.NDArray[np.int64]) -> dict[str, Values]:
    """The features of a candidate, without the logarithm, by the stage of each statement."""
    found = features(made, row[None])
    structure = made.structure(tuple(map(int, row)))
    assert structure is not None
    stages = list(structure.state.stages)
    plain = np.exp2(found.values.astype(np.float64)) - 1
    return {stage: dict(zip(NAMES, values, strict=True)) for stage, values in zip(stages, plain, strict=True)}


def count(made: Template, row: npt.NDArray[np.int64]) -> Counted:
    at = tuple(map(int, row))
    structure = made.structure(at)
    assert structure is not None
    reductions = {name for name, stage in structure.state.stages.items() if stage.stage.reduction}
    return counted(made.lower(at), reductions)


def slots(values: Values) -> list[Values]:
    """The features of each buffer of a statement."""
    found = [{name[3:]: value for name, value in values.items() if name.startswith(f"b{slot}_")}
             for slot in range(5)]
    return [slot for slot in found if slot["is_read"] + slot["is_write"] + slot["is_update"] > 0.5]


def check_runs(nest: Counted, found: dict[str, Values]) -> None:
    """How often statements run, and how many elements of each buffer they touch altogether."""
    for stage, values in found.items():
        assert values["outer_prod"] == pytest.approx(nest.runs[stage], rel=1e-4), stage
        touched = sorted(4 * n for (of, _), n in nest.touches.items() if of == stage)
        assert sorted(slot["bytes"] for slot in slots(values)) == pytest.approx(touched, rel=1e-4), stage


def check_unique(nest: Counted, found: dict[str, Values]) -> None:
    """How many different elements they touch, of local buffers those that a full tile has room for."""
    for stage, values in found.items():
        unique = sorted(4 * len(set(at)) for (of, _), at in nest.addresses.items() if of == stage)
        mine = sorted(slot["unique_bytes"] for slot in slots(values))
        assert mine == pytest.approx(unique, rel=1e-4), stage


def check_loops(nest: Counted, found: dict[str, Values]) -> None:
    """Kinds and lengths of the loops around each statement of a full tile."""
    for stage, values in found.items():
        loops = nest.loops[stage]
        assert values["num_loops"] == pytest.approx(len(loops), abs=1e-3), (stage, loops)
        for mark, kind in (("vec", "vectorized"), ("unroll", "unrolled"), ("parallel", "parallel")):
            extents = [extent for extent, marked in loops if marked == kind]
            assert values[f"{mark}_num"] == pytest.approx(len(extents), abs=1e-3), (stage, loops)
            expected = (prod(extents), extents[-1]) if extents else (0, 0)
            assert (values[f"{mark}_prod"], values[f"{mark}_len"]) == pytest.approx(expected, rel=1e-4)


def test_a_dense_layer_with_tails_is_counted_exactly() -> None:
    """Runs, bytes, unique bytes, loops and strides of tasks, panels and register tiles that do not divide."""
    made = template(MATMUL, DENSE)
    for row in rows_of(made, 5):
        nest, found = count(made, row), by_stage(made, row)
        check_runs(nest, found)
        check_unique(nest, found)
        check_loops(nest, found)
        assert found["C"]["float_mad"] == pytest.approx(11 * 13 * 6, rel=1e-5)
        for stage in ("Bp", "C"):
            assert found[stage]["alloc_prod"] == pytest.approx(prod(nest.shapes[stage]), rel=1e-5)


def test_strides_are_those_between_touched_elements() -> None:
    """The elements from one touched place to the next different one, in plain and in packed buffers."""
    made = template(MATMUL, DENSE)
    for row in rows_of(made, 3):
        nest, found = count(made, row), by_stage(made, row)
        for stage, values in found.items():
            touched = [at for (of, _), at in nest.addresses.items() if of == stage]
            expected = [next((abs(b - a) for a, b in pairwise(at) if a != b), 0) for at in touched]
            mine = sorted(slot["stride"] for slot in slots(values))
            assert mine == pytest.approx(sorted(expected), abs=0.01)


def suite_templates(name: str) -> list[Template]:
    """An operator's schedules with their numbers opened, on a small shape, as far as they are legal there."""
    found: list[Template] = []
    graph = example(name)
    for declared in parse(Source((EXAMPLES / "suite" / f"{name}.tx").read_text())).declarations:
        if isinstance(declared, ast.Schedule):
            try:
                found.append(Template(graph, opened(graph, declared.directives, TARGET), TARGET))
            except ScheduleError:
                continue
    return found


@pytest.mark.parametrize("name", ["c1d", "dep", "gmm", "nrm", "tbs"])
def test_the_suite_is_counted_exactly(name: str) -> None:
    """Runs with padding and packed filters, of partial results, in lanes and of fused loops."""
    made = suite_templates(name)[0]
    row = rows_of(made, 1)[0]
    nest, found = count(made, row), by_stage(made, row)
    for stage, values in found.items():
        assert values["outer_prod"] == pytest.approx(nest.runs[stage], rel=1e-4), stage
        tasks = [extent for extent, kind in nest.loops[stage] if kind == "parallel"]
        assert values["parallel_prod"] == pytest.approx(tasks[0] if tasks else 0, abs=1e-3)
    if name not in {"nrm", "tbs"}:      # accumulators in lanes are more than their stage has elements
        check_unique(nest, found)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(["matmul", "stencil", "strided", "rows"]), st.randoms(use_true_random=False),
       st.integers(0, 8))
def test_whatever_divides_is_counted_exactly(kernel: str, random: Random, size: int) -> None:
    """Runs of the statements of any template, for candidates without tails."""
    made = template(KERNELS[kernel], template_text(random, KERNELS[kernel], size))
    for row in rows_of(made, 2):
        found = by_stage(made, row)
        if all(values["tail_work"] < 1e-6 for values in found.values()):
            nest = count(made, row)
            for stage, values in found.items():
                assert values["outer_prod"] == pytest.approx(nest.runs[stage], rel=1e-4), (row, stage)


def test_rows_belong_to_their_candidates_whatever_the_block() -> None:
    """Features of many candidates are those of each by itself, in structures and blocks of any size."""
    made = template(MATMUL, "split D.i: [i0, i1] compute C at {D.i0, D.i1} unroll C: {0, 8}")
    matrix = np.concatenate([rows_of(made, 40)] * 60)
    found = features(made, matrix)
    assert len(found) == 2 * len(matrix)
    for k in (0, 7, len(matrix) - 1):
        alone = features(made, matrix[k : k + 1])
        np.testing.assert_array_equal(found.values[found.owner == k], alone.values)


def test_a_space_of_two_sketches_has_the_rows_of_both() -> None:
    """Owners are positions in the population of all sketches."""
    texts = ("split D.i: [i0, i1]", "split D.j: [j0, j1] vectorize j1 compute C at D.j0")
    space = SketchSpace(MATMUL, [Sketch(parse_directives(text)) for text in texts], TARGET)
    own = [space.join(number, rows_of(made, 20)) for number, made in enumerate(space.templates)]
    matrix = np.random.default_rng(1).permutation(np.concatenate(own))
    found = features_of_space(space, matrix)
    assert np.bincount(found.owner).tolist() == [2] * len(matrix)
    for number, positions, own in space.parts(matrix):
        alone = features(space.templates[number], own)
        np.testing.assert_array_equal(found.values[np.isin(found.owner, positions)], alone.values)


def test_cores_are_as_many_as_the_space_has_threads() -> None:
    """The same tasks are more for each of fewer cores; nothing else changes, nor does the space's hash."""
    sketch = Sketch(parse_directives("split D.i: [i0, i1] parallel i0"))
    spaces = [SketchSpace(MATMUL, [sketch], TARGET, threads) for threads in (1, 2)]
    row = rows_of(spaces[0].templates[0], 1)
    one, two = (features_of_space(space, row).values for space in spaces)
    each = NAMES.index("tasks_per_core")
    assert (np.exp2(one[:, each]) - 1 == pytest.approx(2 * (np.exp2(two[:, each]) - 1)))
    changed = {NAMES[k] for k in (one != two).any(axis=0).nonzero()[0]}
    assert changed <= {"tasks_per_core", "imbalance"}
    assert spaces[0].hash == spaces[1].hash


def test_every_row_is_of_a_stage() -> None:
    """In the order of the rows of features, whatever the structure and the sketch."""
    made = template(MATMUL, "split D.i: [i0, i1] compute C at {D.i0, D.i1} unroll C: {0, 8}")
    matrix = rows_of(made, 40)
    named = stages(made, matrix)
    found = features(made, matrix)
    assert set(named.tolist()) == {"C", "D"}
    reducing = found.values[:, NAMES.index("float_mad")] > 0
    assert (reducing == (named == "C")).all()


def test_rows_of_several_sketches_are_of_stages_too() -> None:
    texts = ("split D.i: [i0, i1]", "split D.j: [j0, j1] vectorize j1 compute C at D.j0")
    space = SketchSpace(MATMUL, [Sketch(parse_directives(text)) for text in texts], TARGET)
    own = [space.join(number, rows_of(made, 5)) for number, made in enumerate(space.templates)]
    matrix = np.random.default_rng(1).permutation(np.concatenate(own))
    reducing = features_of_space(space, matrix).values[:, NAMES.index("float_mad")] > 0
    assert (reducing == (stages_of_space(space, matrix) == "C")).all()


def test_names_are_those_of_ansor_and_our_own() -> None:
    """164 published features, all names different, as many as there are columns."""
    made = template(MATMUL, "")
    assert NAMES.index("vectors") == 164
    assert len(set(NAMES)) == len(NAMES) == features(made, np.empty((1, 0), np.int64)).values.shape[1]

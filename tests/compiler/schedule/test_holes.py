"""Holes: what a schedule leaves open becomes columns; what is no number is an error at its place."""

from __future__ import annotations

import pytest
from support.kernels import dag
from support.scheduled import TARGET, directives, error_of
from txc.compiler.driver import lowered
from txc.compiler.schedule.apply import apply
from txc.compiler.schedule.errors import ScheduleError
from txc.compiler.schedule.holes import Column, Holes, structural_columns

COPY = dag("kernel f[M = 8, N = 20](A: f32[M, N]) -> (D: f32[M, N]) { D[i, j] = A[i, j] }")


def columns(schedule: str, structure: dict[str, int] | None = None) -> list[Column]:
    holes = Holes(dict(COPY.sizes), structure or {})
    apply(COPY, TARGET, directives(schedule), holes)
    return list(holes.columns.values())


@pytest.mark.parametrize(("schedule", "expected"), [
    ("split D.j: [a, b]", [Column("D.j.b", 1, 20)]),
    ("split D.j: [a, b, c: 4]", [Column("D.j.b", 1, 20)]),
    ("split D.j: [a: 2, b, c: 4]", []),
    ("split D.j: [a, b: 2..N // 2]", [Column("D.j.b", 2, 10)]),
    ("split j: [a, b: {8, 4, 4}]", [Column("j.b", 4, 8, (4, 8))]),
    ("knob w in {2, 8} split D.j: [a, b: w] unroll D: w", [Column("w", 2, 8, (2, 8))]),
    ("unroll D: {0, M, 2 * M}", [Column("D.unroll", 0, 16, (0, 8, 16))]),
    ("split D.j: [a, b: 3..5] split D.a: [c, d]", [Column("D.j.b", 3, 5), Column("D.a.d", 1, 7)]),
])
def test_columns(schedule: str, expected: list[Column]) -> None:
    """Each hole is a column named by directive and stage, over the largest range that it may have."""
    assert columns(schedule) == expected


def test_structural_columns() -> None:
    """Places, switches and parallel counts are found from the text alone."""
    text = ("knob on in {false, true} when on { parallel D.i: 0..1 } compute D at {root, D.i} "
            "unroll D: 4, {false, true}")
    assert [(c.name, c.values or (c.low, c.high), c.labels) for c in structural_columns(directives(text),
                                                                                        {})] == [
        ("on", (0, 1), ("false", "true")), ("D.i.parallel", (0, 1), ()), ("D.at", (0, 1), ("root", "D.i")),
        ("D.explicit", (0, 1), ())]


@pytest.mark.parametrize(("code", "schedule", "at"), [
    ("S410", "split D.j: [a, b: 1.5]", "1.5"),
    ("S410", "split D.j: [a, b: exp(2)]", "exp(2)"),
    ("S410", "split D.j: [a, b: 4 // (M - 8)]", "4 // (M - 8)"),
    ("S410", "split D.j: [a, b: 8 / 2]", "8 / 2"),
    ("S410", "knob w in {1, 2} split D.j: [a, b: w * 4]", "w"),
    ("S410", "knob w in {1, 2} knob v in {w}", "w"),
    ("S411", "unroll D: stp", "stp"),
    ("S412", "knob M in {1, 2}", "knob M in {1, 2}"),
    ("S412", "knob a in {1}\nknob a in {1, 2}", "knob a in {1, 2}"),
    ("S419", "split D.j: [a, b: 8..4]", "8..4"),
    ("S420", "unroll D: {0, 4}\nunroll D: {0, 8}", "{0, 8}"),
    ("S401", "split E.j: [a, b]", "E.j"),
    ("S401", "split A.j: [a, b]", "A.j"),
    ("S402", "split D.x: [a, b]", "D.x"),
    ("S403", "split D.j: [a, b]\nvectorize D.j", "D.j"),
    ("S403", "fuse D.i D.j as t vectorize j", "j"),
    ("S416", "parallel D.i D.j: 0..2", "0..2"),
    ("S499", "pipeline D: 2", "pipeline D: 2"),
])
def test_errors(code: str, schedule: str, at: str) -> None:
    """Each has its code and points at what is wrong."""
    assert error_of(COPY, schedule) == (code, at)


def test_an_ambiguous_name_of_a_loop() -> None:
    """A bare name that two stages have is an error that lists both (S409)."""
    graph = dag("kernel f[N = 8](X: f32[N]) -> (D: f32[N]) { A[i] = X[i] * 2 D[i] = A[i] + 1 }")
    assert error_of(graph, "vectorize i") == ("S409", "i")
    assert error_of(graph, "fuse A.i as t vectorize i") == ("", "")


@pytest.mark.parametrize("schedule", [
    "split D.j: [a, b]", "knob on in {false, true} when on { vectorize D.j }", "compute D at {D.i, root}",
    "parallel D.i: 0..1", "unroll D: 4, {false, true}"])
def test_what_is_open_cannot_be_lowered(schedule: str) -> None:
    """A single nest needs a schedule without holes (S416)."""
    with pytest.raises(ScheduleError, match="S416: the schedule leaves .* open"):
        lowered(COPY, directives(schedule), TARGET)


def test_hints() -> None:
    """Messages say what to do: a name that is close, a range the right way around."""
    for schedule, hint in (("knob step in {1} unroll D: stp", "'step'"), ("split D.j: [a, b: 8..4]", "4..8"),
                           ("split D.k: [a, b]", "i j")):
        with pytest.raises(ScheduleError) as raised:
            columns(schedule)
        assert hint in raised.value.hint

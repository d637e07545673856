"""Structures of tiles: which loops their letters stand for, and what limits them."""

from __future__ import annotations

import pytest
from support.derived import DENSE, context, item
from txc.compiler.schedule.template import Template
from txc.dsl.parser import parse_directives
from txc.tuner.rules.structure import Structure

TRANSPOSED = DENSE.replace("B: f32[K, N]", "B: f32[N, K]").replace("B[k, j]", "B[j, k]")


def structure(text: str, kernel: str = DENSE) -> Structure:
    about = context(kernel)
    return Structure(text, item(about, "C", "D"), "j", about)


@pytest.mark.parametrize(("text", "host", "own"), [
    ("SS|RS", "order D: i0 j0 i1 j1 i2 j2", "order C: k i j"),
    ("S|RSRS", "order D: i0 j0 i1 j1 j2", "order C: k0 i0 j0 k1 i1 j1"),
    ("S|SRSRS", "order D: i0 j0 i1 j1 j2", "order C: i0 j0 k0 i1 j1 k1 i2 j2"),
    ("SS|RSRS", "order D: i0 j0 i1 j1 i2 j2 j3", "order C: k0 i0 j0 k1 i1 j1"),
])
def test_letters_are_loops(text: str, host: str, own: str):
    """The consumer's stand before the bar, with what is left for its lanes; the stage's own behind it."""
    found = "\n".join(structure(text).lines())
    assert host in found
    assert own in found


def test_only_far_elements_along_the_lanes_are_gathers():
    assert not structure("SS|RS").gathers
    assert structure("SS|RS", TRANSPOSED).gathers


def test_blocks_of_a_short_reduction_are_not_worth_while():
    assert structure("S|RSRS").worthwhile
    assert not structure("S|RSRS", DENSE.replace("K = 512", "K = 8")).worthwhile
    assert structure("SS|RS", DENSE.replace("K = 512", "K = 8")).worthwhile


@pytest.mark.parametrize("text", ["SS|RS", "S|RSRS", "S|SRSRS", "SS|RSRS"])
def test_limits_and_parts_speak_of_columns_that_there_are(text: str):
    """A name that is misspelt would limit nothing."""
    made = structure(text)
    template = Template(made.context.graph, parse_directives("\n".join(made.lines())), made.context.target)
    known = {column.name for column in template.columns}
    named = {name for limit in made.limits() for name in limit.columns}
    named |= {name for parts in made.parts() for name in (*parts.of, *parts.parts)}
    assert named <= known


def test_steps_of_unrolling_are_those_that_write_out_more_taps():
    """Where a long axis is innermost, there is nothing to choose."""
    taps = DENSE.replace("K = 512", "K = 3")
    assert "knob C_step in {16, 48}" in structure("SS|RS", taps).lines()
    for text in ("SS|RS", "S|RSRS", "S|SRSRS"):
        assert not [line for line in structure(text).lines() if "C_step" in line]


def test_names_that_are_taken_are_left_alone():
    about = context(DENSE)
    taken = frozenset(("C_lanes", "C_lanes_first"))
    made = Structure("SS|RS", item(about, "C", "D"), "j", about, taken=taken)
    assert made.width == "C_lanes_"
    assert "knob C_lanes_first_ in {false, true}" in made.lines()


def test_packed_copies_are_made_in_tasks_or_in_blocks_of_the_sum():
    whole, blocked = structure("SS|RS").operands(), structure("S|RSRS").operands()
    assert [o.places for o in whole] == [("D.D_task",)]
    assert [o.places for o in blocked] == [("D.D_task", "C.k0")]

"""Long reductions of few elements are cut into parts, which are tasks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.derived import DENSE, SCALE, context, item, made, verdict, written
from txc.tuner.rules.add_rfactor import AddRfactor
from txc.tuner.rules.draft import Verdict

RULE = AddRfactor()
NORM = "kernel f[N = 100000](X: f32[N]) -> (s: f32) { s = sum[i](X[i] * X[i]) }\n"
COLUMNS = "kernel f[M = 4096, N = 100](X: f32[M, N]) -> (s: f32[N]) { s[j] = sum[i](X[i, j]) }\n"
SHORT = "kernel f[N = 100](X: f32[N]) -> (s: f32) { s = sum[i](X[i]) }\n"
FIRST = "kernel f[N = 100000](X: f32[N]) -> (s: i32) { s = argmax[i](X[i]) }\n"


@pytest.mark.parametrize(("name", "text"), [("norm", NORM), ("columns", COLUMNS)])
def test_what_it_writes(name: str, text: str, golden: Callable[[str, str], None]):
    """Lanes along memory: along the reduction of a norm, along the columns of a matrix."""
    golden(f"rules/add_rfactor/{name}.txt", written(RULE, text, "s"))


@pytest.mark.parametrize(("text", "stage"), [(SHORT, "s"), (FIRST, "s"), (DENSE, "C"), (SCALE, "Y")])
def test_where_it_does_not_apply(text: str, stage: str):
    """Too few terms; places of extremes have no parts; elements enough; no reduction."""
    assert verdict(RULE, text, stage) is Verdict.SKIP


def test_the_longest_axis_is_cut_and_lanes_are_of_what_a_part_has():
    about = context("kernel f[B = 8, N = 512](X: f32[B, N]) -> (s: f32) { s = sum[b, i](X[b, i]) }")
    first, *others = made(RULE, about, item(about, "s"))
    assert first.lines[0] == "split s.i: [i0, i1: 32]"
    assert "knob s_parts_lanes in {8, 16, 32}" in first.lines
    assert [d.lines[0] for d in others] == ["split s.i: [i0, i1: 8]"]


def test_other_rules_are_tried_too():
    assert verdict(RULE, NORM, "s") is Verdict.APPLY

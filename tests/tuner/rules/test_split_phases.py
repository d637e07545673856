"""Outputs of a transposed convolution are computed phase by phase."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.derived import DENSE, random_rows, verdict, written
from support.kernels import dag
from txc.compiler.target.target import parse
from txc.tuner.rules.derive import derive
from txc.tuner.rules.draft import Verdict
from txc.tuner.rules.split_phases import SplitPhases
from txc.tuner.sketches import SketchSpace

RULE = SplitPhases()
TURNED = """kernel f[N = 16, C = 32, O = 32](X: f32[N, C], F: f32[4, C, O]) -> (Y: f32[2 * N, O]) {
    Y[y < 2 * N, o] = sum[q < 2, c]((X[(y + 1) // 2 - q, c] else 0) * F[(y + 1) % 2 + q * 2, c, o])
}
"""
MANY = """kernel f[N = 16, C = 32, O = 32](X: f32[N, C], F: f32[132, C, O]) -> (Y: f32[66 * N, O]) {
    Y[y < 66 * N, o] = sum[q < 2, c]((X[(y + 1) // 66 - q, c] else 0) * F[(y + 1) % 66 + q * 66, c, o])
}
"""


def test_what_it_writes(golden: Callable[[str, str], None]):
    """Phases and taps are unrolled, around tiles of one phase."""
    golden("rules/split_phases.txt", written(RULE, TURNED, "Y"))


@pytest.mark.parametrize(("text", "stage"), [(DENSE, "C"), (DENSE, "D"), (MANY, "Y")])
def test_where_it_does_not_apply(text: str, stage: str):
    """There are no phases, or so many that their code would not fit."""
    assert verdict(RULE, text, stage) is Verdict.SKIP


def test_machines_of_many_cores_have_fillings_too():
    """A task has at least one vector, whatever the cores."""
    graph, target = dag(TURNED), parse("cpu:x86-64-v3")
    space = SketchSpace(graph, derive(graph, target, threads=64), target)
    assert len(random_rows(space, 0, 1, seed=0)) == 1


def test_no_other_rule_is_tried_for_such_a_stage():
    assert verdict(RULE, TURNED, "Y") is Verdict.ONLY

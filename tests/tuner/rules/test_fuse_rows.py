"""Stages that serve the rows of one stage are computed there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.derived import DENSE, SCALE, SOFTMAX, context, item, made, verdict, written
from txc.tuner.rules.draft import Verdict
from txc.tuner.rules.fuse_rows import FuseRows

RULE = FuseRows()
ATTENTION = """kernel f[T = 128, D = 64](Q: f32[T, D], K: f32[T, D]) -> (P: f32[T, T]) {
    S[i, j] = sum[d](Q[i, d] * K[j, d])
    m[i] = max[j](S[i, j])
    e[i, j] = exp(S[i, j] - m[i])
    s[i] = sum[j](e[i, j])
    P[i, j] = e[i, j] / s[i]
}
"""


@pytest.mark.parametrize(("name", "text", "stage"), [
    ("softmax", SOFTMAX, "Y"), ("attention", ATTENTION, "P"),
])
def test_what_it_writes(name: str, text: str, stage: str, golden: Callable[[str, str], None]):
    """Each row is a task; with a product of the rows, some rows are one task."""
    golden(f"rules/fuse_rows/{name}.txt", written(RULE, text, stage))


@pytest.mark.parametrize(("text", "stage"), [(SOFTMAX, "m"), (SCALE, "Y"), (DENSE, "C"), (DENSE, "D")])
def test_where_it_does_not_apply(text: str, stage: str):
    """Nothing else serves the rows of the stage, or it is tiled itself."""
    assert verdict(RULE, text, stage) is Verdict.SKIP


def test_rows_shorter_than_all_lanes_need_no_knob():
    """A knob that changes nothing would make candidates that are the same."""
    about = context(SOFTMAX.replace("N = 1000", "N = 50"))
    (draft,) = made(RULE, about, item(about, "Y"))
    assert not [line for line in draft.lines if "knob" in line]
    assert "vectorize Y.j" in draft.lines


def test_no_other_rule_is_tried_for_such_a_stage():
    assert verdict(RULE, SOFTMAX, "Y") is Verdict.ONLY

"""Cheap stages are written into their readers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.derived import DENSE, SOFTMAX, verdict, written
from txc.tuner.rules.always_inline import AlwaysInline
from txc.tuner.rules.draft import Verdict

RULE = AlwaysInline()
CHAIN = """kernel f[N = 64](X: f32[N]) -> (Y: f32[N]) {
    T[i] = X[i] + 1
    Y[i] = T[i] * 2
}
"""


def test_what_it_writes(golden: Callable[[str, str], None]):
    golden("rules/always_inline.txt", written(RULE, CHAIN, "T"))


@pytest.mark.parametrize(("text", "stage"), [(CHAIN, "Y"), (DENSE, "C"), (DENSE, "D"), (SOFTMAX, "e")])
def test_where_it_does_not_apply(text: str, stage: str):
    """Outputs, reductions, and functions that cost much."""
    assert verdict(RULE, text, stage) is Verdict.SKIP


def test_no_other_rule_is_tried_for_such_a_stage():
    assert verdict(RULE, CHAIN, "T") is Verdict.ONLY

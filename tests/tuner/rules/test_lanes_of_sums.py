"""Reductions along memory add vectors."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.derived import DENSE, SCALE, verdict, written
from txc.tuner.rules.draft import Verdict
from txc.tuner.rules.lanes_of_sums import LanesOfSums

RULE = LanesOfSums()
ROWS = "kernel f[M = 64, N = 1000](X: f32[M, N]) -> (s: f32[M]) { s[i] = sum[j](X[i, j]) }\n"
COLUMNS = "kernel f[M = 64, N = 1000](X: f32[M, N]) -> (s: f32[N]) { s[j] = sum[i](X[i, j]) }\n"


def test_what_it_writes(golden: Callable[[str, str], None]):
    golden("rules/lanes_of_sums.txt", written(RULE, ROWS, "s"))


@pytest.mark.parametrize(("text", "stage"), [(COLUMNS, "s"), (DENSE, "C"), (SCALE, "Y")])
def test_where_it_does_not_apply(text: str, stage: str):
    """Memory runs along the output; tiles are better; there is no reduction."""
    assert verdict(RULE, text, stage) is Verdict.SKIP


def test_no_other_rule_is_tried_for_such_a_stage():
    assert verdict(RULE, ROWS, "s") is Verdict.ONLY

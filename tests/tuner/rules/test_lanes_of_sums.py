"""Reductions along memory add vectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.derived import DENSE, SCALE, context, draft, item, verdict, written
from txc.tuner.rules.draft import Verdict
from txc.tuner.rules.lanes_of_sums import LanesOfSums

RULE = LanesOfSums()
ROWS = "kernel f[M = 64, N = 1000](X: f32[M, N]) -> (s: f32[M]) { s[i] = sum[j](X[i, j]) }\n"
COLUMNS = "kernel f[M = 64, N = 1000](X: f32[M, N]) -> (s: f32[N]) { s[j] = sum[i](X[i, j]) }\n"


VECTOR = """kernel f[M = 256, N = 1000](A: f32[M, N], x: f32[N], b: f32[M]) -> (y: f32[M]) {
    z[i] = sum[j](A[i, j] * x[j])
    y[i] = max(z[i] + b[i], 0)
}
"""


@pytest.mark.parametrize(("name", "text", "stage", "consumer"), [
    ("rows", ROWS, "s", ""), ("vector", VECTOR, "z", ""), ("with_consumer", VECTOR, "z", "y"),
])
def test_what_it_writes(name: str, text: str, stage: str, consumer: str, golden: Callable[[str, str], None]):
    """Of a matrix times a vector, some elements share what is read of the vector."""
    golden(f"rules/lanes_of_sums/{name}.txt", written(RULE, text, stage, consumer))


@pytest.mark.parametrize(("text", "stage"), [(COLUMNS, "s"), (DENSE, "C"), (SCALE, "Y")])
def test_where_it_does_not_apply(text: str, stage: str):
    """Memory runs along the output; tiles are better; there is no reduction."""
    assert verdict(RULE, text, stage) is Verdict.SKIP


def test_only_a_stage_with_reuse_may_be_tiled_too():
    assert verdict(RULE, ROWS, "s") is Verdict.ONLY
    assert verdict(RULE, VECTOR, "z") is Verdict.APPLY
    assert verdict(RULE, VECTOR, "z", "y") is Verdict.APPLY


def test_a_cache_stage_is_not_summed_in_lanes_again():
    about = context(VECTOR)
    cached = replace(item(about, "z", "z"), name="z_local")
    assert RULE.condition(draft(about, cached), cached, about) is Verdict.SKIP

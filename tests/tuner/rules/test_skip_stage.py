"""What no other rule takes stays a nest of its own, with tasks and lanes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.derived import SCALE, context, item, made, verdict, written
from txc.tuner.rules.draft import Verdict
from txc.tuner.rules.skip_stage import SkipStage

RULE = SkipStage()
COLUMNS = "kernel f[M = 64, N = 1000](X: f32[M, N]) -> (s: f32[N]) { s[j] = sum[i](X[i, j]) }\n"
FEW = "kernel f(X: f32[3]) -> (Y: f32[3]) { Y[i] = X[i] + 1 }\n"


@pytest.mark.parametrize(("name", "text", "stage"), [("scale", SCALE, "Y"), ("columns", COLUMNS, "s")])
def test_what_it_writes(name: str, text: str, stage: str, golden: Callable[[str, str], None]):
    golden(f"rules/skip_stage/{name}.txt", written(RULE, text, stage))


def test_fewer_elements_than_lanes_are_left_alone():
    about = context(FEW)
    assert [d.lines for d in made(RULE, about, item(about, "Y"))] == [()]


def test_it_takes_everything_and_is_the_last():
    assert verdict(RULE, SCALE, "Y") is Verdict.ONLY

"""An element-wise stage hands its turn to the reduction that it reads."""

from __future__ import annotations

import pytest
from support.derived import DENSE, PRODUCT, SCALE, SOFTMAX, context, item, made, verdict
from txc.tuner.rules.draft import StageItem, Verdict
from txc.tuner.rules.fuse_consumer import FuseConsumer

RULE = FuseConsumer()


def test_the_reduction_comes_next_and_only_once():
    about = context(DENSE)
    drafts = made(RULE, about, item(about, "D"))
    assert [d.todo for d in drafts] == [(StageItem("C", about.graph.stage("C"), "D"),)]
    assert drafts[0].lines == ()


@pytest.mark.parametrize(("text", "stage"), [(DENSE, "C"), (PRODUCT, "C"), (SCALE, "Y"), (SOFTMAX, "Y")])
def test_where_it_does_not_apply(text: str, stage: str):
    """Reductions, stages that read none, and stages that read one without reuse."""
    assert verdict(RULE, text, stage) is Verdict.SKIP


def test_no_other_rule_is_tried_for_such_a_stage():
    assert verdict(RULE, DENSE, "D") is Verdict.ONLY

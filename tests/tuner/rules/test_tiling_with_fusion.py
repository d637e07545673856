"""Reductions with reuse are tiled together with the stage that takes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.derived import DENSE, SOFTMAX, context, item, made, verdict, written
from txc.tuner.rules.draft import Verdict
from txc.tuner.rules.tiling_with_fusion import BLOCKED, PUBLISHED, WHOLE, TilingWithFusion

OWN = TilingWithFusion((WHOLE,), "tiling", pack=True)
SHORT = DENSE.replace("K = 512", "K = 8")


@pytest.mark.parametrize(("name", "structures"), [("whole", (WHOLE,)), ("blocked", (BLOCKED,)),
                                                  ("published", PUBLISHED)])
def test_what_it_writes(name: str, structures: tuple[str, ...], golden: Callable[[str, str], None]):
    rule = TilingWithFusion(structures, "tiling", pack=name != "published")
    golden(f"rules/tiling_with_fusion/{name}.txt", written(rule, DENSE, "C", "D"))


@pytest.mark.parametrize(("text", "stage", "consumer"), [(DENSE, "C", ""), (SOFTMAX, "s", "Y")])
def test_where_it_does_not_apply(text: str, stage: str, consumer: str):
    """No consumer has been found, or nothing is read again."""
    assert verdict(OWN, text, stage, consumer) is Verdict.SKIP


def test_the_published_structures_are_the_last_word():
    published = TilingWithFusion(PUBLISHED, "tiling with fusion", pack=False)
    assert verdict(OWN, DENSE, "C", "D") is Verdict.APPLY
    assert verdict(published, DENSE, "C", "D") is Verdict.ONLY


def test_short_reductions_have_no_blocks():
    about = context(SHORT)
    assert made(TilingWithFusion((BLOCKED,), "tiling", pack=True), about, item(about, "C", "D")) == []

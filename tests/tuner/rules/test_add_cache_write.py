"""A reduction with reuse that nothing takes into its tiles gets a stage of registers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.derived import DENSE, PRODUCT, SOFTMAX, verdict, written
from txc.tuner.rules.add_cache_write import AddCacheWrite
from txc.tuner.rules.draft import Verdict

RULE = AddCacheWrite()


def test_what_it_writes(golden: Callable[[str, str], None]):
    golden("rules/add_cache_write.txt", written(RULE, PRODUCT, "C"))


@pytest.mark.parametrize(("text", "stage"), [(DENSE, "C"), (DENSE, "D"), (SOFTMAX, "s")])
def test_where_it_does_not_apply(text: str, stage: str):
    """A consumer takes it into its tiles; there is no reduction; there is no reuse."""
    assert verdict(RULE, text, stage) is Verdict.SKIP


def test_no_other_rule_is_tried_for_such_a_stage():
    assert verdict(RULE, PRODUCT, "C") is Verdict.ONLY

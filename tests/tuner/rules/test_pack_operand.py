"""Operands of tiles are packed in each task, packed ahead, or read where they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.derived import DENSE, context, draft, item, made, shown
from txc.tuner.rules.draft import Context, Draft, OperandItem, Rule, Verdict
from txc.tuner.rules.pack_operand import KeepOperand, PackAhead, PackOperand
from txc.tuner.rules.tiling_with_fusion import BLOCKED, TilingWithFusion

CONST = DENSE.replace("B: f32", "const B: f32")
TRANSPOSED = DENSE.replace("B: f32[K, N]", "B: f32[N, K]").replace("B[k, j]", "B[j, k]")


def operand(text: str) -> tuple[Context, OperandItem]:
    """The operand of a tiled product that could be packed."""
    about = context(text)
    tiling = TilingWithFusion((BLOCKED,), "tiling", pack=True)
    found = made(tiling, about, item(about, "C", "D"))[0].todo[0]
    assert isinstance(found, OperandItem)
    return about, found


def drafts(rule: Rule, text: str) -> list[Draft]:
    return made(rule, *operand(text))


def test_only_the_operand_that_lanes_run_along_is_packed():
    assert operand(DENSE)[1].tensor == "B"


@pytest.mark.parametrize(("name", "rule"), [("in_tasks", PackOperand()), ("ahead", PackAhead())])
def test_what_they_write(name: str, rule: Rule, golden: Callable[[str, str], None]):
    golden(f"rules/pack_operand/{name}.txt", "\n".join([DENSE, *map(shown, drafts(rule, DENSE))]))


def test_what_is_constant_is_packed_ahead_of_time_only():
    """No task copies it again, and it needs no threads."""
    about, found = operand(CONST)
    assert PackOperand().condition(draft(about, found), found, about) is Verdict.SKIP
    assert not [line for line in drafts(PackAhead(), CONST)[0].lines if "parallel" in line]


def test_an_operand_is_left_where_it_is_unless_that_means_gathers():
    assert [d.lines for d in drafts(KeepOperand(), DENSE)] == [()]
    assert drafts(KeepOperand(), TRANSPOSED) == []


@pytest.mark.parametrize("rule", [PackOperand(), PackAhead(), KeepOperand()])
def test_stages_are_no_operands(rule: Rule):
    about = context(DENSE)
    first = item(about, "D")
    assert rule.condition(draft(about, first), first, about) is Verdict.SKIP

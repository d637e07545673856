"""Tensors with borders are copied with what is around them, in tasks or before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.derived import context, draft, item, made, random_rows, shown
from support.kernels import dag
from txc.compiler.target.target import parse
from txc.tuner.rules.derive import derive
from txc.tuner.rules.draft import Context, PaddingItem, Verdict
from txc.tuner.rules.materialise_padding import KeepGuards, MaterialisePadding
from txc.tuner.rules.tiling_with_fusion import BLOCKED, WHOLE, TilingWithFusion
from txc.tuner.sketches import SketchSpace

RULE = MaterialisePadding()
CONV = """kernel f[H = 64, C = 32, O = 32](X: f32[H, H, C], F: f32[3, 3, C, O]) -> (Y: f32[H, H, O]) {
    Z[y < H, x < H, o] = sum[r, s, c]((X[y + r - 1, x + s - 1, c] else 0) * F[r, s, c, o])
    Y[y, x, o] = max(Z[y, x, o], 0)
}
"""
TWICE = CONV.replace("(Y: f32[H, H, O])", "(Y: f32[H, H, O], V: f32[H, H, C])").replace(
    "    Y[", "    V[y < H, x < H, c] = (X[y - 1, x, c] else 0)\n    Y[")
OTHERS = CONV.replace("* F[r", "+ (X[y + r, x, c] else 1) * F[r")
LOOKED_UP = """kernel f[N = 64, V = 100, O = 32](E: f32[V], ids: i32[N, 3], F: f32[3, O]) -> (Y: f32[N, O]) {
    Z[n, o] = sum[r]((E[ids[n, r]] else 0) * F[r, o])
    Y[n, o] = max(Z[n, o], 0)
}
"""


def padding(text: str, structure: str = WHOLE) -> tuple[Context, PaddingItem | None]:
    """What could be padded for a tiled stage."""
    about = context(text)
    tiling = TilingWithFusion((structure,), "tiling", pack=True)
    found = made(tiling, about, item(about, "Z", "Y"))[0].todo
    return about, next((i for i in found if isinstance(i, PaddingItem)), None)


def said(text: str) -> Verdict:
    """What the rule says of it."""
    about, found = padding(text)
    assert found
    return RULE.condition(draft(about, found), found, about)


def test_what_it_writes(golden: Callable[[str, str], None]):
    about, found = padding(CONV)
    assert found
    golden("rules/materialise_padding.txt", "\n".join([CONV, *map(shown, made(RULE, about, found))]))


def test_it_is_tried_and_guards_are_kept_too():
    about, found = padding(CONV)
    assert found
    assert said(CONV) is Verdict.APPLY
    assert KeepGuards().condition(draft(about, found), found, about) is Verdict.ONLY
    assert [d.lines for d in made(KeepGuards(), about, found)] == [()]


@pytest.mark.parametrize("text", [TWICE, OTHERS, LOOKED_UP])
def test_where_it_does_not_apply(text: str):
    """Another stage reads beyond the borders; values outside differ; places are looked up."""
    assert said(text) is Verdict.SKIP


def test_blocked_sums_peel_their_borders():
    assert padding(CONV, BLOCKED)[1] is None


def test_tiles_of_padded_sketches_have_no_guards():
    graph, target = dag(CONV), parse("cpu:x86-64-v3")
    space = SketchSpace(graph, derive(graph, target, threads=4), target)
    padded = [n for n, s in enumerate(space.sketches) if RULE.name in {step.rule for step in s.derivation}]
    assert padded
    for number in padded:
        (row,) = random_rows(space, number, 1, seed=0).tolist()
        text = str(space.lower(tuple(row)))
        assert not [line for line in text.splitlines() if "F" in line and "select" in line]

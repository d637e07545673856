"""What conditions tell about variables: never too much, and exactly where one variable is compared."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from index_strategies import Ranges, expressions, ranges
from txc.compiler.loop.affine import Box
from txc.compiler.loop.interp import evaluate
from txc.compiler.loop.ir import Binary, Expr, If
from txc.compiler.loop.ranges import Range
from txc.compiler.loop.simplify import simplify_expr
from txc.compiler.loop.simplify_compare import narrowed
from txc.compiler.loop.text import parse
from txc.compiler.loop.visit import walk_stmts
from txc.dsl.dtypes import BOOL


@given(expressions(), ranges())
def test_no_point_that_meets_the_condition_is_cut_off(expr: Expr, box: Ranges) -> None:
    condition = simplify_expr(expr if expr.dtype == BOOL else Binary("<", expr, expr), box)
    for truth in (True, False):
        inner = box | narrowed(Box(box), condition, truth)
        for point in product(*(range(low, high + 1) for low, high in box.values())):
            if bool(evaluate(condition, dict(zip(box, map(np.int64, point), strict=True)))) == truth:
                assert all(low <= v <= high for v, (low, high) in zip(point, inner.values(), strict=True))


@pytest.mark.parametrize(("text", "truth", "found"), [
    ("i < 3", True, {"i": (0, 2)}), ("i < 3", False, {"i": (3, 9)}), ("i == 4", True, {"i": (4, 4)}),
    ("i == 4", False, {}), ("i >= 3 and i < 5", True, {"i": (3, 4)}), ("i >= 3 and i < 5", False, {}),
    ("i < 3 or j < 4", False, {"i": (3, 9), "j": (4, 9)}), ("not(i < 3)", True, {"i": (3, 9)}),
    ("i * 4 + j < 10", True, {"i": (0, 2)}), ("i + j >= 17", True, {"i": (8, 9), "j": (8, 9)}),
    ("i < j", True, {"i": (0, 8), "j": (1, 9)}), ("i // 2 < 3", True, {}),
])
def test_conditions_narrow_ranges(text: str, truth: bool, found: dict[str, Range]) -> None:
    nest = parse(f"nest f() -> (Y: f32) {{ for i in 0..10 {{ for j in 0..10 {{ if {text} {{ }} }} }} }}")
    condition = next(s.condition for s in walk_stmts(nest.body) if isinstance(s, If))
    assert narrowed(Box({"i": (0, 9), "j": (0, 9)}), condition, truth) == found

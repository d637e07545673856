"""Index arithmetic as it is written while lowering: no zeros are added, nothing is multiplied by one."""

from __future__ import annotations

from ...dsl.dtypes import I64
from ..loop.ir import Binary, Const, Expr

ZERO = Const(0, I64)


def plus(left: Expr, right: Expr) -> Expr:
    """left + right on i64, without zeros."""
    if right == ZERO:
        return left
    return right if left == ZERO else Binary("+", left, right)


def minus(left: Expr, right: Expr) -> Expr:
    """left - right on i64, without zeros."""
    return left if right == ZERO else Binary("-", left, right)


def times(left: Expr, factor: int) -> Expr:
    """left * factor on i64."""
    if isinstance(left, Const):
        return Const(int(left.value) * factor)
    return left if factor == 1 else Binary("*", left, Const(factor))

"""What is known of an expression without a walk: its variables, its loads, its selects.

Found once for each node from the facts of its parts, and kept with it (node.py).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from .ir import Const, Expr, Load, Select, Var
from .parts import children


class Facts(NamedTuple):
    """Of an expression: the names of its variables; the loads and the selects in it, each once for each place
    where it stands, a node before its parts, left before right; whether a float zero is among its constants,
    so that `==` may take -0.0 for 0.0."""

    free: frozenset[str] = frozenset()
    loads: tuple[Load, ...] = ()
    selects: tuple[Select, ...] = ()
    float_zero: bool = False


NOTHING = Facts()
FLOAT_ZERO = Facts(float_zero=True)


def facts(expr: Expr) -> Facts:
    """The facts of an expression."""
    try:
        return expr.facts
    except AttributeError:
        found = _found(expr)
        object.__setattr__(expr, "facts", found)
        return found


def same(left: Expr, right: Expr) -> bool:
    """Whether two expressions are equal to the last bit; `==` alone takes -0.0 for 0.0."""
    if left is right or left != right:
        return left is right
    return not facts(left).float_zero or str(left) == str(right)


def _found(expr: Expr) -> Facts:
    if isinstance(expr, Var):
        return _variable(expr.name)
    if isinstance(expr, Const):
        return FLOAT_ZERO if expr.dtype.is_float and expr.value == 0 else NOTHING
    found = NOTHING
    if isinstance(expr, Load):
        found = Facts(loads=(expr,))
    elif isinstance(expr, Select):
        found = Facts(selects=(expr,))
    for part in children(expr):
        found = _both(found, facts(part))
    return found


@lru_cache(256)
def _variable(name: str) -> Facts:
    return Facts(frozenset((name,)))


def _both(one: Facts, other: Facts) -> Facts:
    """Those of two expressions; the very object where the other adds nothing."""
    if other is NOTHING or (one is other and not one.loads and not one.selects):
        return one
    if one is NOTHING:
        return other
    return Facts(one.free | other.free, one.loads + other.loads, one.selects + other.selects,
                 one.float_zero or other.float_zero)

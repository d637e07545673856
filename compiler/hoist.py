"""Reductions inside expressions become stages of their own.

    before  Y[i] = sqrt(sum[k](X[i, k] * X[i, k])) / K
    after   Y.sum[i] = sum[k](X[i, k] * X[i, k])        Y[i] = sqrt(Y.sum[i]) / K

The new stage has as axes the index variables that it uses, in the order in which they are bound around it;
identical reductions of one stage are shared. It is evaluated for all values of its axes, also where the
expression around it would not have: under `c` of `a if c else b` (and to the right of `and`, `or`) its term
becomes `term if c else identity`, so that nothing is read that the program does not read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from math import inf

from ..dsl.dtypes import BOOL, DType
from ..dsl.record import record
from ..dsl.typed import Axis, Binary, Const, Expr, Index, Read, Reduce, Select, Unary, rebuild, walk


@record
class Hoisted:
    """A reduction taken out of an expression: element `axes` is `reducer` over `over` of `body`."""

    name: str
    axes: tuple[Axis, ...]
    dtype: DType
    reducer: str
    over: tuple[Axis, ...]
    body: Expr


def hoist(name: str, axes: tuple[Axis, ...], value: Expr) -> tuple[tuple[Hoisted, ...], Expr]:
    """The reductions inside a stage's value, inner ones first, and the value that reads them instead.

    A reduction at the root stays, with a term free of reductions.
    """
    hoister = _Hoister(name)
    if isinstance(value, Reduce):
        body = hoister.rewrite(value.body, (*axes, *value.axes), ())
        return tuple(hoister.found), replace(value, body=body)
    value = hoister.rewrite(value, axes, ())
    return tuple(hoister.found), value


def identity(reducer: str, dtype: DType) -> Const:
    """The value that changes nothing under a reducer, in the type of its term.

    For argmin and argmax it is the worst value; a term equal to it still wins over none.
    """
    match reducer:
        case "sum" | "prod":
            one = reducer == "prod"
            return Const(float(one) if dtype.is_float else int(one), dtype)
        case "any" | "all":
            return Const(reducer == "all", BOOL)
        case "min" | "argmin":
            return Const(inf if dtype.is_float else dtype.limits[1], dtype)
        case _:
            return Const(-inf if dtype.is_float else dtype.limits[0], dtype)


@dataclass(slots=True)
class _Hoister:
    stage: str
    found: list[Hoisted] = field(default_factory=list[Hoisted])

    def rewrite(self, expr: Expr, scope: tuple[Axis, ...], conditions: tuple[Expr, ...]) -> Expr:
        """The expression with every reduction replaced by a read; `conditions` hold where it is evaluated."""

        def under(e: Expr, *more: Expr) -> Expr:
            return self.rewrite(e, scope, (*conditions, *more))

        match expr:
            case Reduce():
                return self._read(expr, scope, conditions)
            case Select():
                condition = under(expr.condition)
                return Select(condition, under(expr.then, condition),
                              under(expr.otherwise, Unary("not", condition, BOOL)), expr.dtype)
            case Binary(op="and" | "or"):
                left = under(expr.left)
                holds = left if expr.op == "and" else Unary("not", left, BOOL)
                return Binary(expr.op, left, under(expr.right, holds), BOOL)
            case _:
                return rebuild(expr, under)

    def _read(self, expr: Reduce, scope: tuple[Axis, ...], conditions: tuple[Expr, ...]) -> Read:
        body = self.rewrite(expr.body, (*scope, *expr.axes), conditions)
        body = _masked(body, identity(expr.reducer, body.dtype), conditions)
        used = _variables(body)
        axes = tuple(a for a in scope if a.name in used)
        hoisted = self._shared(Hoisted("", axes, expr.dtype, expr.reducer, expr.axes, body))
        return Read(hoisted.name, tuple(Index(a.name) for a in axes), expr.dtype)

    def _shared(self, new: Hoisted) -> Hoisted:
        """The stage that already computes the same, or this one under a new name."""
        for old in self.found:
            if replace(old, name="") == new:
                return old
        count = 1 + sum(h.reducer == new.reducer for h in self.found)
        named = replace(new, name=f"{self.stage}.{new.reducer}{count if count > 1 else ''}")
        self.found.append(named)
        return named


def _masked(term: Expr, outside: Const, conditions: tuple[Expr, ...]) -> Expr:
    """The term under the conditions that may decide what it can read: up to the last that shares an index."""
    used = _variables(term)
    relevant = [n for n, c in enumerate(conditions) if used & _variables(c)]
    needed = conditions[: relevant[-1] + 1] if relevant else ()
    return reduce(lambda inner, c: Select(c, inner, outside, term.dtype), reversed(needed), term)


def _variables(expr: Expr) -> set[str]:
    return {e.name for e in walk(expr) if isinstance(e, Index)}

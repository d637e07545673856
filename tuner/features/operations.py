"""Operations of one run of a statement, by kind and by float or integer, as Ansor counts them.

A sum over products is multiply-adds; subscripts that are affine cost nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...compiler.schedule.state import StageState
from ...dsl import typed
from ...dsl.affine import affine

KINDS = ("mad", "addsub", "mul", "divmod", "cmp", "math", "other")
BOOL, SELECT = "bool", "select"

_BINARY = {"+": "addsub", "-": "addsub", "*": "mul", "/": "divmod", "//": "divmod", "%": "divmod",
           "<": "cmp", "<=": "cmp", ">": "cmp", ">=": "cmp", "==": "cmp", "!=": "cmp",
           "and": BOOL, "or": BOOL}
_PLAIN = {"min": "cmp", "max": "cmp", "abs": "other", "floor": "other", "ceil": "other", "round": "other",
          "fma": "mad"}
_REDUCERS = {"sum": "addsub", "prod": "mul", "any": BOOL, "all": BOOL}


def operations(stage: StageState) -> Counter[str]:
    """How many there are of each: `float.mad`, `int.addsub`, …, `bool`, `select`."""
    found = Counter(_kinds(stage.body))
    reduction = stage.stage.reduction
    if reduction is None:
        return found
    sort = _sort(stage.body)
    combined = _REDUCERS.get(reduction.reducer, "cmp")
    multiplied = f"{sort}.mul"
    if reduction.reducer == "sum" and isinstance(stage.body, typed.Binary) and stage.body.op == "*":
        found[multiplied] -= 1
        combined = "mad"
    found[combined if combined == BOOL else f"{sort}.{combined}"] += 1
    return found


def flops(counts: Counter[str]) -> float:
    """Arithmetic of all kinds, a multiply-add as two."""
    return float(sum(counts.values()) + counts["float.mad"] + counts["int.mad"])


def _kinds(expr: typed.Expr) -> Iterator[str]:
    """The operations in an expression."""
    match expr:
        case typed.Binary(op=op):
            yield from _named(_BINARY[op], expr.left)
        case typed.Call(function=function):
            yield from _named(_PLAIN.get(function, "math"), expr)
        case typed.Unary(op=op):
            yield from _named(BOOL if op == "not" else "addsub", expr)
        case typed.Cast():
            yield from _named("other", expr)
        case typed.Select():
            yield SELECT
        case typed.Read(otherwise=otherwise):
            yield from [SELECT] * (otherwise is not None)
        case _:
            return
    for child in typed.children(expr):
        if child.dtype.is_float or affine(child) is None:
            yield from _kinds(child)


def _named(kind: str, operand: typed.Expr) -> Iterator[str]:
    yield kind if kind == BOOL else f"{_sort(operand)}.{kind}"


def _sort(expr: typed.Expr) -> str:
    return "float" if expr.dtype.is_float else "int"

"""The algebra of expressions as a table: what a pattern on the left is worth, and when.

A row reads like one on paper. The variables are any expressions of one type, or of the sort that `sorts`
gives them; the same letter twice is the same expression. Numbers match constants of any type. The condition
is an expression too, and holds if the simplifier proves it from the ranges. Sums, products and divisions of
indices are not here but in `affine.py`. Every row is true of wrapping integers, NaNs and signed zeros alike.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ...dsl.dtypes import BOOL, I64, DType
from .facts import same
from .ir import (
    Across,
    Binary,
    Bits,
    Broadcast,
    Call,
    Cast,
    Const,
    Expr,
    Load,
    Ramp,
    Select,
    Shuffle,
    Unary,
    Var,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One rule: `left` may be replaced by `right` where `condition` is proved."""

    name: str
    left: str
    right: str
    sorts: Mapping[str, str]
    condition: str = ""


INT = {"x": "integer", "y": "integer"}
LANES = INT | {"n": "constant", "s": "constant", "t": "constant", "c": "constant"}

ROWS = (
    Row("and-true", "b and True", "b", {}),
    Row("true-and", "True and b", "b", {}),
    Row("and-false", "b and False", "False", {}),
    Row("false-and", "False and b", "False", {}),
    Row("and-same", "b and b", "b", {}),
    Row("or-false", "b or False", "b", {}),
    Row("false-or", "False or b", "b", {}),
    Row("or-true", "b or True", "True", {}),
    Row("true-or", "True or b", "True", {}),
    Row("or-same", "b or b", "b", {}),
    Row("not-not", "not (not b)", "b", {}),
    Row("not-equal", "not (x == y)", "x != y", {}),
    Row("not-unequal", "not (x != y)", "x == y", {}),
    Row("not-less", "not (x < y)", "x >= y", INT),
    Row("not-less-equal", "not (x <= y)", "x > y", INT),
    Row("not-greater", "not (x > y)", "x <= y", INT),
    Row("not-greater-equal", "not (x >= y)", "x < y", INT),
    Row("select-true", "select(True, x, y)", "x", {}),
    Row("select-false", "select(False, x, y)", "y", {}),
    Row("select-same", "select(b, x, x)", "x", {}),
    Row("select-not", "select(not b, x, y)", "select(b, y, x)", {}),
    Row("select-condition", "select(b, True, False)", "b", {}),
    Row("select-opposite", "select(b, False, True)", "not b", {}),
    Row("add-zero", "x + 0", "x", INT),
    Row("zero-add", "0 + x", "x", INT),
    Row("add-minus-zero", "x + -0.0", "x", {}),
    Row("subtract-zero", "x - 0", "x", {}),
    Row("subtract-same", "x - x", "0", INT),
    Row("times-one", "x * 1", "x", {}),
    Row("one-times", "1 * x", "x", {}),
    Row("times-zero", "x * 0", "0", INT),
    Row("zero-times", "0 * x", "0", INT),
    Row("over-one", "x / 1", "x", {}),
    Row("divide-one", "x // 1", "x", INT),
    Row("modulo-one", "x % 1", "0", INT),
    Row("neg-neg", "neg(neg(x))", "x", {}),
    Row("min-same", "min(x, x)", "x", INT),
    Row("max-same", "max(x, x)", "x", INT),
    Row("min-first", "min(x, y)", "x", INT, "x <= y"),
    Row("min-second", "min(x, y)", "y", INT, "y <= x"),
    Row("max-first", "max(x, y)", "x", INT, "y <= x"),
    Row("max-second", "max(x, y)", "y", INT, "x <= y"),
    Row("select-splat", "select(splat(b, n), x, y)", "select(b, x, y)", {"n": "constant"}),
    Row("ramp-flat", "ramp(x, 0, n)", "splat(x, n)", LANES),
    Row("ramp-splat", "ramp(x, s, n) + splat(y, n)", "ramp(x + y, s, n)", LANES),
    Row("splat-ramp", "splat(y, n) + ramp(x, s, n)", "ramp(x + y, s, n)", LANES),
    Row("ramp-minus-splat", "ramp(x, s, n) - splat(y, n)", "ramp(x - y, s, n)", LANES),
    Row("ramp-times", "ramp(x, s, n) * splat(c, n)", "ramp(x * c, s * c, n)", LANES),
    Row("times-ramp", "splat(c, n) * ramp(x, s, n)", "ramp(x * c, s * c, n)", LANES),
    Row("ramp-ramp", "ramp(x, s, n) + ramp(y, t, n)", "ramp(x + y, s + t, n)", LANES),
    Row("splat-add", "splat(x, n) + splat(y, n)", "splat(x + y, n)", LANES),
    Row("splat-subtract", "splat(x, n) - splat(y, n)", "splat(x - y, n)", LANES),
    Row("splat-times", "splat(x, n) * splat(y, n)", "splat(x * y, n)", LANES),
    Row("and-splat-true", "b and splat(True, n)", "b", LANES),
    Row("splat-true-and", "splat(True, n) and b", "b", LANES),
    Row("and-splat-false", "b and splat(False, n)", "False", LANES),
    Row("splat-false-and", "splat(False, n) and b", "False", LANES),
    Row("or-splat-false", "b or splat(False, n)", "b", LANES),
    Row("splat-false-or", "splat(False, n) or b", "b", LANES),
    Row("or-splat-true", "b or splat(True, n)", "True", LANES),
    Row("splat-true-or", "splat(True, n) or b", "True", LANES),
)

# ── patterns ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Pattern:
    """A variable (head `?`, with its name), a number (head `=`, its value) or an operation on `parts`."""

    head: str
    parts: tuple[Pattern, ...] = ()
    name: str = ""
    value: int | float | bool = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A row, read."""

    row: Row
    left: Pattern
    right: Pattern
    condition: Pattern | None

    def match(self, expr: Expr) -> dict[str, Expr] | None:
        """What the variables stand for where the left side is `expr`."""
        found: dict[str, Expr] = {}
        return found if _match(self.left, expr, self.row.sorts, found) else None


OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.And: "and",
    ast.Or: "or", ast.Not: "not", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!="}


def read(text: str) -> Pattern:
    """A side of a row, or its condition; the notation is Python's."""
    return _read(ast.parse(text, mode="eval").body)


def _read(node: ast.expr) -> Pattern:
    match node:
        case ast.Name(id=name):
            return Pattern("?", name=name)
        case ast.Constant(value=int() | float() as value):
            return Pattern("=", value=value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return Pattern("=", value=-value)
        case ast.UnaryOp(op=op, operand=operand):
            return Pattern(OPERATORS[type(op)], (_read(operand),))
        case ast.BinOp(left=left, op=op, right=right):
            return Pattern(OPERATORS[type(op)], (_read(left), _read(right)))
        case ast.BoolOp(op=op, values=[left, right]):
            return Pattern(OPERATORS[type(op)], (_read(left), _read(right)))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return Pattern(OPERATORS[type(op)], (_read(left), _read(right)))
        case ast.Call(func=ast.Name(id=name), args=args):
            return Pattern(name, tuple(map(_read, args)))
        case _:
            raise ValueError(f"no pattern: {ast.unparse(node)}")


def head(expr: Expr) -> str:
    """The name of an operation in patterns; "" for what no pattern takes apart."""
    match expr:
        case Binary(op=op) | Unary(op=op):
            return op
        case Call(function=function):
            return function
        case Select():
            return "select"
        case Ramp():
            return "ramp"
        case Broadcast():
            return "splat"
        case Const() | Var() | Load() | Cast() | Bits() | Shuffle() | Across():
            return ""


def _parts(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case Binary(left=left, right=right):
            return left, right
        case Unary(value=value):
            return (value,)
        case Call(args=args):
            return args
        case Select(condition=condition, then=then, otherwise=otherwise):
            return condition, then, otherwise
        case Ramp(base=base, stride=stride, lanes=lanes):
            return base, Const(stride), Const(lanes)
        case Broadcast(value=value, lanes=lanes):
            return value, Const(lanes)
        case Const() | Var() | Load() | Cast() | Bits() | Shuffle() | Across():
            return ()


def _match(pattern: Pattern, expr: Expr, sorts: Mapping[str, str], found: dict[str, Expr]) -> bool:
    if pattern.head == "=":
        return isinstance(expr, Const) and _equal(expr.value, pattern.value)
    if pattern.head == "?":
        if pattern.name in found:
            return same(found[pattern.name], expr)
        found[pattern.name] = expr
        return SORTS[sorts.get(pattern.name, "any")](expr)
    if pattern.head != head(expr):
        return False
    return all(_match(p, e, sorts, found) for p, e in zip(pattern.parts, _parts(expr), strict=True))


def _equal(value: float, wanted: float) -> bool:
    """Equal, both bool or neither, and of one sign: `x - 0` must not match `x - -0.0`."""
    alike = isinstance(value, bool) == isinstance(wanted, bool)
    return alike and value == wanted and math.copysign(1, value) == math.copysign(1, wanted)


SORTS: dict[str, Callable[[Expr], bool]] = {
    "any": lambda e: True,
    "integer": lambda e: e.dtype.is_integer,
    "constant": lambda e: isinstance(e, Const) and e.dtype == I64,
}


def build(pattern: Pattern, found: Mapping[str, Expr], dtype: DType, lanes: int) -> Expr:
    """The expression a right side stands for; its numbers get the dtype and lanes of the place."""
    if pattern.head == "?":
        return found[pattern.name]
    if pattern.head == "=":
        return Const(pattern.value, BOOL if isinstance(pattern.value, bool) else dtype, lanes)
    parts = [build(p, found, dtype, lanes) for p in pattern.parts]
    make = BUILDERS.get(pattern.head) or partial(Binary, pattern.head)
    return make(*parts)


def _whole(expr: Expr) -> int:
    match expr:
        case Const(value=value):
            return int(value)
        case Binary(op="*", left=left, right=right):
            return _whole(left) * _whole(right)
        case Binary(op="+", left=left, right=right):
            return _whole(left) + _whole(right)
        case _:
            raise ValueError(f"no number: {expr}")


def _ramp(base: Expr, stride: Expr, lanes: Expr) -> Expr:
    return Ramp(base, _whole(stride), _whole(lanes))


def _splat(value: Expr, lanes: Expr) -> Expr:
    return Broadcast(value, _whole(lanes))


def _call(function: str) -> Callable[..., Expr]:
    return lambda *args: Call(function, tuple(args))


BUILDERS: dict[str, Callable[..., Expr]] = {
    "not": partial(Unary, "not"), "neg": partial(Unary, "neg"), "min": _call("min"), "max": _call("max"),
    "select": Select, "ramp": _ramp, "splat": _splat}


class Rules:
    """The rules of the table, found by what an expression and its parts are."""

    def __init__(self) -> None:
        self.every = tuple(
            Rule(row, read(row.left), read(row.right), read(row.condition) if row.condition else None)
            for row in ROWS)
        self._fitting: dict[tuple[str, ...], tuple[Rule, ...]] = {}   # as many as combinations of heads occur

    def fitting(self, expr: Expr) -> tuple[Rule, ...]:
        """The rules that may match an expression, in the order of the table."""
        top = head(expr)
        if not top:
            return ()
        heads = top, *("=" if isinstance(part, Const) else head(part) for part in _parts(expr))
        found = self._fitting.get(heads)
        if found is None:
            found = self._fitting[heads] = tuple(rule for rule in self.every if _may_match(rule.left, heads))
        return found


def _may_match(pattern: Pattern, heads: tuple[str, ...]) -> bool:
    parts = zip(pattern.parts, heads[1:], strict=True)
    return pattern.head == heads[0] and all(part.head in ("?", found) for part, found in parts)

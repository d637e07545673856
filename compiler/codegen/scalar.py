"""Scalar expressions of the loop IR as C text.

A scalar expression becomes one C expression, without statements before it, so that `select` stays lazy as
`?:`. Its C type promotes to that of its dtype; a bool is an int, 0 or 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...dsl.dtypes import BOOL, F32, I64, DType
from ..loop.ir import Binary, Bits, Broadcast, Buffer, Call, Cast, Const, Expr, Load, Select, Unary, Var
from ..loop.ranges import Range, bounds
from ..loop.syntax import BITWISE
from .convert import bits_operation, convert, reinterpreted
from .ctext import (
    ADD,
    BITS,
    CHOICE,
    EQUAL,
    MUL,
    OR,
    SHIFT,
    UNARY,
    Text,
    call,
    cast,
    infix,
    literal,
)
from .exact import never_wraps, settled
from .names import Names
from .wrapping import wrapping

LANES = "lanes"
"""Scope of a pseudo buffer: a vector value of the C text, named as it stands there, subscripted by lane."""
LANE = Var("lane number")
"""The counter of a loop over the lanes of a vector."""

_LIBRARY = {"exp": "exp", "log": "log", "sqrt": "sqrt", "tanh": "tanh", "erf": "erf", "floor": "floor",
            "ceil": "ceil", "round": "rint", "pow": "pow", "fma": "fma"}


@dataclass
class Scalars:
    """Writes scalar expressions; knows C names, ranges of variables, and which parameters come by value."""

    names: Names
    by_value: frozenset[str] = frozenset()
    ranges: dict[str, Range] = field(default_factory=dict[str, Range])

    def text(self, expr: Expr) -> Text:
        """The expression in C."""
        match expr:
            case Const(value=value, dtype=dtype):
                return literal(value, dtype)
            case Var(name=name):
                return Text("lane" if expr == LANE else self.names[name])
            case Load():
                return self._load(expr)
            case Unary(op=op, value=value):
                return self._unary(op, value)
            case Binary():
                return self._binary(expr)
            case Call():
                return self._call(expr)
            case Cast(value=value, dtype=dtype):
                return convert(self.text(value), value.dtype, dtype)
            case Bits(value=value, dtype=dtype):
                return reinterpreted(self.text(value), value.dtype, dtype)
            case Select():
                return self._select(expr)
            case _:
                raise TypeError(f"not a scalar expression: {expr}")

    def element(self, buffer: Buffer, index: tuple[Expr, ...]) -> str:
        """The C lvalue of one element of a buffer."""
        if buffer.scope == LANES:
            (lane,) = index
            return f"{buffer.name}[{self.text(lane)}]"
        if buffer.scope == "register":
            return self.register(buffer, index)
        if buffer.name in self.by_value:
            return self.names[buffer.name]
        return f"{self.names[buffer.name]}[{self.linear(buffer, index)}]"

    def register(self, buffer: Buffer, index: tuple[Expr, ...]) -> str:
        """The C variable that is one element of a register buffer."""
        numbers = [str(constant(e)) for e in index]
        return self.names["_".join([f"{buffer.name}", *numbers])]

    def linear(self, buffer: Buffer, index: Iterable[Expr]) -> Text:
        """The row-major position of an element, as a tidy sum."""
        total = Sum({}, 0)
        stride = 1
        for extent, expr in reversed(list(zip(buffer.shape, index, strict=True))):
            total = self._sum(expr).scaled(stride).plus(total)
            stride *= extent
        return self._sum_text(total)

    def holds(self, condition: Expr) -> bool | None:
        """What a condition always gives; None where it depends."""
        return settled(condition, self.ranges)

    def _load(self, load: Load) -> Text:
        if load.buffer.scope == LANES:
            (lane,) = load.index
            kind, _, vector = load.buffer.name.partition(" ")
            element = call(f"{kind}_lane", vector, self.text(lane))
            return infix("!=", element, Text("0")) if load.dtype == BOOL else element
        return Text(self.element(load.buffer, load.index))

    def _unary(self, op: str, value: Expr) -> Text:
        operand = self.text(value)
        if op == "not":
            return Text(f"!{operand.within(UNARY)}", EQUAL)     # compilers want `(!a) == b`
        if value.dtype.is_integer and not never_wraps(Unary(op, value), self.ranges):
            return wrapping("-", value.dtype, Text("0"), operand)
        inner = operand.within(UNARY)
        return Text(f"-({inner})" if inner.startswith("-") else f"-{inner}", UNARY)

    def _binary(self, expr: Binary) -> Text:
        op, left, right = expr.op, expr.left, expr.right
        known = self.holds(expr)
        if known is not None:
            return Text(str(int(known)))
        if op in ("and", "or"):
            return self._logical(op, [e for e in (left, right) if self.holds(e) is not (op == "and")])
        if op in ("//", "%"):
            return self._division(expr)
        if op in BITWISE:
            return bits_operation(op, expr.dtype, self.text(left), self.text(right))
        if expr.dtype == BOOL:
            return infix(op, self.text(left), self.text(right))
        if expr.dtype.is_float or never_wraps(expr, self.ranges):
            return self._sum_text(self._sum(expr)) if expr.dtype == I64 else self._plain(expr)
        return wrapping(op, expr.dtype, self.text(left), self.text(right))

    def _logical(self, op: str, open_: list[Expr]) -> Text:
        """`and` or `or` of the sides that are not neutral: compilers warn of `&& 1`."""
        texts = [self.text(e) for e in open_]
        return texts[0] if len(texts) == 1 else infix("&&" if op == "and" else "||", texts[0], texts[1])

    def _plain(self, expr: Binary) -> Text:
        return infix(expr.op, self.text(expr.left), self.text(expr.right))

    def _division(self, expr: Binary) -> Text:
        """Floor division and remainder: plain C where nothing is negative, else cheap for powers of two."""
        dtype, divisor = expr.dtype, expr.right
        left, right = self.text(expr.left), self.text(divisor)
        positive = bounds(expr.left, self.ranges)[0] >= 0 and bounds(divisor, self.ranges)[0] > 0
        if positive or dtype.kind == "uint":
            return infix("/" if expr.op == "//" else "%", left, right)
        shift = power_of_two(divisor)
        if shift is not None and expr.op == "//":
            return Text(f"{left.within(MUL)} >> {shift}", SHIFT)
        if shift is not None:
            return Text(f"{left.within(MUL)} & {(1 << shift) - 1}", BITS)
        return call(f"{dtype}_{'floordiv' if expr.op == '//' else 'floormod'}", left, right)

    def _call(self, expr: Call) -> Text:
        dtype, args = expr.dtype, [self.text(a) for a in expr.args]
        if expr.function in ("min", "max") and isinstance(expr.args[-1], Const):
            args.reverse()      # a number in front spares the test for NaN
        return scalar_call(expr.function, dtype, args)

    def _select(self, expr: Select) -> Text:
        known = self.holds(expr.condition)
        if known is not None:
            return self.text(expr.then if known else expr.otherwise)
        condition, then, otherwise = (self.text(e) for e in (expr.condition, expr.then, expr.otherwise))
        if expr.dtype == I64 and isinstance(expr.then, Const) and isinstance(expr.otherwise, Const):
            then = cast("int64_t", then)
        return Text(f"{condition.within(OR)} ? {then.within(OR)} : {otherwise.within(OR)}", CHOICE)

    # ── index arithmetic ─────────────────────────────────────────────────────────────────────────────────

    def _sum(self, expr: Expr) -> Sum:
        """An i64 expression as numbers times terms, as far as nothing in it can overflow."""
        if isinstance(expr, Const):
            return Sum({}, int(expr.value))
        if isinstance(expr, Binary) and never_wraps(expr, self.ranges):
            left, right = expr.left, expr.right
            match expr.op:
                case "+":
                    return self._sum(left).plus(self._sum(right))
                case "-":
                    return self._sum(left).plus(self._sum(right).scaled(-1))
                case "*" if isinstance(right, Const):
                    return self._sum(left).scaled(int(right.value))
                case "*" if isinstance(left, Const):
                    return self._sum(right).scaled(int(left.value))
                case _:
                    pass
        return Sum({expr: 1}, 0)

    def _sum_text(self, total: Sum) -> Text:
        terms = [(t, f) for t, f in total.terms.items() if f]
        parts = [self._term(term, factor) for term, factor in terms]
        if total.offset or not parts:
            parts.append(literal(total.offset, I64))
        if len(parts) == 1:
            return parts[0]
        text = parts[0].within(ADD)
        for part in parts[1:]:
            following = part.within(MUL)
            text += f" - {following[1:]}" if following.startswith("-") else f" + {following}"
        return Text(text, ADD)

    def _term(self, term: Expr, factor: int) -> Text:
        atom = self._plain(term) if isinstance(term, Binary) and term.op == "*" else self.text(term)
        if factor == 1:
            return atom
        if factor == -1:
            return Text(f"-{atom.within(UNARY)}", UNARY)
        return Text(f"{atom.within(MUL)} * {literal(factor, I64)}", MUL)


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms with their factors, plus a number."""

    terms: dict[Expr, int]
    offset: int

    def scaled(self, factor: int) -> Sum:
        """Everything times a number."""
        return Sum({t: f * factor for t, f in self.terms.items()}, self.offset * factor)

    def plus(self, other: Sum) -> Sum:
        """The sum of both."""
        terms = dict(self.terms)
        for term, factor in other.terms.items():
            terms[term] = terms.get(term, 0) + factor
        return Sum(terms, self.offset + other.offset)


def scalar_call(function: str, dtype: DType, args: list[Text]) -> Text:
    """A function of the language on scalars."""
    suffix = "f" if dtype == F32 else ""
    match function:
        case "min" | "max":
            return call(f"{dtype}_{function}", *args)
        case "abs" if dtype.kind == "uint":
            return args[0]
        case "abs":
            return call(f"fabs{suffix}" if dtype.is_float else f"{dtype}_abs", *args)
        case "rsqrt":
            return infix("/", literal(1.0, dtype), call(f"sqrt{suffix}", *args))
        case "sigmoid":
            return call(f"{dtype}_sigmoid", *args)
        case _:
            return call(_LIBRARY[function] + suffix, *args)


def constant(expr: Expr) -> int:
    """The value of a constant subscript."""
    match expr:
        case Const(value=value):
            return int(value)
        case Binary(op="+", left=left, right=right):
            return constant(left) + constant(right)
        case Binary(op="*", left=left, right=right):
            return constant(left) * constant(right)
        case _:
            raise ValueError(f"a register is subscripted by {expr}, which is no constant")


def power_of_two(expr: Expr) -> int | None:
    """k where the expression is the constant 2^k."""
    value = expr.value if isinstance(expr, Broadcast) else expr
    if isinstance(value, Const) and int(value.value) > 0 and int(value.value).bit_count() == 1:
        return int(value.value).bit_length() - 1
    return None

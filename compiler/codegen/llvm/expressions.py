"""Expressions of the loop IR as values.

What a `select` does not choose is never read: a scalar condition branches where a side reads memory; under a
vector of conditions, reads are masked with the lanes that are wanted.
"""

from __future__ import annotations

from ....dsl.dtypes import BOOL, I32, I64
from ...loop.facts import facts
from ...loop.ir import (
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
from ...loop.ranges import Range, bounds
from ...loop.syntax import REDUCERS
from ...loop.visit import walk_expr
from ..exact import fits, settled
from ..expand import clamped
from ..lanes import at_lane, is_monotone, shortened
from .access import Access
from .aliases import Aliases
from .arithmetic import Arithmetic
from .builder import Builder, poison
from .frame import Frame, place, register, variable
from .values import Value, kind_of, listed, number

_COSTLY = frozenset(("exp", "log", "tanh", "erf", "pow", "sigmoid"))


class Expressions:
    """Writes expressions; `ranges` are those of integer variables, `by_value` names of scalar inputs."""

    def __init__(self, builder: Builder, frame: Frame, arithmetic: Arithmetic, aliases: Aliases,
                 by_value: frozenset[str], ranges: dict[str, Range]) -> None:
        self._builder = builder
        self._frame = frame
        self._arithmetic = arithmetic
        self._by_value = by_value
        self._ranges = ranges
        self._mask: Value | None = None
        self.access = Access(builder, frame, aliases, self.value)

    def value(self, expr: Expr) -> Value:
        """The value of an expression."""
        match expr:
            case Const(value=value, dtype=dtype, lanes=lanes):
                return number(value, dtype, lanes)
            case Var(name=name):
                return self._frame[variable(name)]
            case Load():
                return self._load(expr)
            case Unary(op=op, value=value):
                return self._arithmetic.unary(op, self.value(value), value.dtype)
            case Binary():
                return self._binary(expr)
            case Call(function=function, args=args):
                return self._arithmetic.call(function, [self.value(a) for a in args], expr.dtype)
            case Cast():
                return self._cast(expr)
            case Bits(value=value, dtype=dtype):
                return self._arithmetic.bits(self.value(value), dtype)
            case Select():
                return self._select(expr)
            case Ramp():
                return self._ramp(expr)
            case Broadcast(value=value, lanes=lanes):
                return self._builder.splat(self.value(value), lanes)
            case Shuffle(left=left, right=right, picks=picks):
                return self._builder.shuffle(self.value(left), self.value(right), list(picks))
            case Across(reducer=reducer, value=value):
                return self._arithmetic.across(REDUCERS[reducer], self.value(value), value.dtype)

    def holds(self, condition: Expr) -> bool | None:
        """What a condition always gives; None where it depends."""
        return settled(condition, self._ranges)

    def _load(self, load: Load) -> Value:
        if load.buffer.scope == "register":
            return self._frame[register(load.buffer, load.index)]
        if load.buffer.name in self._by_value:
            return self._frame[place(load.buffer.name)]
        return self.access.load(load, self._mask)

    def _ramp(self, ramp: Ramp) -> Value:
        steps = listed([lane * ramp.stride for lane in range(ramp.lanes)], "i64")
        return self._builder.binary("add", self._builder.splat(self.value(ramp.base), ramp.lanes), steps)

    def _binary(self, expr: Binary) -> Value:
        op, left, right = expr.op, expr.left, expr.right
        known = self.holds(expr) if expr.dtype == BOOL else None
        if known is not None:
            return number(known, BOOL, expr.lanes)
        if op in ("//", "%"):
            return self._division(expr)
        if left.dtype == I64 and expr.dtype == BOOL and expr.lanes > 1:
            short = [shortened(e, self._fits_i32) for e in (left, right)]
            if short[0] is not None and short[1] is not None:
                left, right = short[0], short[1]
        return self._arithmetic.binary(op, self.value(left), self.value(right), left.dtype)

    def _division(self, expr: Binary) -> Value:
        divisor = expr.right.value if isinstance(expr.right, Broadcast) else expr.right
        known = int(divisor.value) if isinstance(divisor, Const) else None
        positive = bounds(expr.left, self._ranges)[0] >= 0 and bounds(expr.right, self._ranges)[0] > 0
        left, right = self.value(expr.left), self.value(expr.right)
        return self._arithmetic.divide(expr.op, left, right, expr.dtype, known, positive=positive)

    def _fits_i32(self, expr: Expr) -> bool:
        return fits(expr, I32.limits, self._ranges)

    def _cast(self, expr: Cast) -> Value:
        value, dtype = expr.value, expr.dtype
        if value.lanes == 1:
            return self._arithmetic.cast(self.value(value), value.dtype, dtype)
        if value.dtype == I64 and dtype == I32 and isinstance(value, Ramp):
            return self._builder.convert("trunc", self.value(value), "i32")
        if value.dtype == I64 and (short := shortened(value, self._fits_i32)) is not None:
            return self.value(Cast(short, dtype))
        if value.dtype.is_float and value.dtype.bits > 16 and dtype.is_integer:
            return self._saturated(value, expr)
        return self._arithmetic.cast(self.value(value), value.dtype, dtype)

    def _saturated(self, value: Expr, expr: Cast) -> Value:
        """Vectors of floats to integers: brought into range first, which LLVM does lane by lane."""
        name = Var("clamped", value.dtype, value.lanes)
        self._frame[variable(name.name)] = self.value(value)
        inside, beyond = clamped(name, expr.dtype)
        small = self.value(inside)
        unsigned = "u" if expr.dtype.kind == "uint" else "s"
        whole = self._builder.convert(f"fpto{unsigned}i", small, number(0, expr.dtype).kind)
        if beyond is None:
            return whole
        most = number(expr.dtype.limits[1], expr.dtype, expr.lanes)
        return self._builder.select(self.value(beyond), most, whole)

    # ── selections ───────────────────────────────────────────────────────────────────────────────────────

    def _select(self, expr: Select) -> Value:
        condition = expr.condition.value if isinstance(expr.condition, Broadcast) else expr.condition
        known = self.holds(condition)
        if known is not None:
            return self.value(expr.then if known else expr.otherwise)
        if condition.lanes == 1:
            return self._choice(condition, expr)
        if not self._reads(expr.then) and not self._reads(expr.otherwise):
            return self._builder.select(*map(self.value, (condition, expr.then, expr.otherwise)))
        if self._mask is None and is_monotone(condition):
            return self._whole_or_masked(condition, expr)
        return self._masked(condition, expr)

    def _choice(self, condition: Expr, expr: Select) -> Value:
        """A branch where a side reads memory or takes long."""
        sides = (expr.then, expr.otherwise)
        if any(self._reads(s) or self._is_costly(s) for s in sides):
            return self._branch(self.value(condition), expr.then, expr.otherwise)
        return self._builder.select(self.value(condition), self.value(sides[0]), self.value(sides[1]))

    def _branch(self, condition: Value, then: Expr, otherwise: Expr) -> Value:
        return self._builder.branch(condition, lambda: [self.value(then)], lambda: [self.value(otherwise)])[0]

    def _whole_or_masked(self, condition: Expr, expr: Select) -> Value:
        """A condition that holds in the first and last lane holds in all: then nothing is masked."""
        ends = (at_lane(condition, Const(lane), _no_vector) for lane in (0, expr.lanes - 1))
        first, last = map(self.value, ends)
        inside = self._builder.binary("and", first, last)
        return self._builder.branch(
            inside, lambda: [self.value(expr.then)], lambda: [self._masked(condition, expr)])[0]

    def _masked(self, condition: Expr, expr: Select) -> Value:
        chosen = self.value(condition)
        other = self._arithmetic.unary("not", chosen, BOOL)
        then, otherwise = (self._side(*side) for side in ((expr.then, chosen), (expr.otherwise, other)))
        return self._builder.select(chosen, then, otherwise)

    def _side(self, expr: Expr, lanes: Value) -> Value:
        """One side of a selection in the lanes that take it; scalars in it are read if any lane does."""
        if not self._reads(expr):
            return self.value(expr)
        outer = self._mask
        self._mask = lanes if outer is None else self._builder.binary("and", outer, lanes)
        if any(e.lanes == 1 and self._reads(e) for e in walk_expr(expr)):
            any_lane = self._arithmetic.across("or", self._mask, BOOL)
            unread = poison(kind_of(expr.dtype), expr.lanes)
            (value,) = self._builder.branch(any_lane, lambda: [self.value(expr)], lambda: [unread])
        else:
            value = self.value(expr)
        self._mask = outer
        return value

    def _reads(self, expr: Expr) -> bool:
        """Whether an expression reads memory: what is evaluated in vain must not."""
        return any(load.buffer.scope != "register" and load.buffer.name not in self._by_value
                   for load in facts(expr).loads)

    def _is_costly(self, expr: Expr) -> bool:
        return any(isinstance(e, Call) and e.function in _COSTLY for e in walk_expr(expr))


def _no_vector(expr: Expr) -> Expr:
    raise TypeError(f"a vector in a condition on ramps: {expr}")
